// The tracker of pages. It sends what a page is and where its visitor came from, and, when the page is left, for how
// long it was in view and how far down. It stores nothing in the browser, and no error of it reaches the page. Comments
// and indentation are not served, and spaces are left out, so that it is small.
{
  // v is the current view, reported when it is left; at is since when it is in view, 0 while it is not.
  let d=document,l=location,n=navigator,base,v,at,path,referrer,

  // Whatever the page made of the browser's functions: what they throw stays here.
  safe=f=>a=>{try{f(a)}catch(e){}},
  on=(name,f)=>addEventListener(name,safe(f)),

  // Text may be sent without a preflight. Beacons outlive the page; where there are none, keepalive requests do.
  post=async(to,body,beacon)=>{
    try{
      to=base+to
      body=JSON.stringify(body)
      try{
        if(beacon&&n.sendBeacon(to,body))return
      }catch(e){}
      return await(await fetch(to,{method:'POST',body,keepalive:true,credentials:'omit'})).json()
    }catch(e){}
  },

  // Scroll depth is in percent of the document's height, not of the window's.
  look=()=>v.scroll=Math.max(v.scroll,Math.min(100,(scrollY+innerHeight)/d.documentElement.scrollHeight*100+.5|0)),

  // Time in view counts from when the page knows which view it is, so it is never more than by the server's clock.
  show=()=>at=d.hidden?0:performance.now(),
  leave=safe(()=>{
    if(at&&v.view){
      look()
      v.durationMs+=performance.now()-at|0
      at=0
      post('append',v,1)
    }
  }),

  // Under Global Privacy Control there is the view, and nothing after it.
  open=safe(()=>{
    if(path!=l.pathname){
      leave()
      path=l.pathname
      let own=v={durationMs:0,scroll:0}
      post('collect',{url:l.href.slice(0,3e3),referrer}).then(safe(a=>n.globalPrivacyControl||(own.view=a.view,show())))
      referrer=''
    }
  })

  safe(()=>{
    base=new URL('.',d.currentScript.src)
    referrer=d.referrer
    for(let key of ['pushState','replaceState']){
      let old=history[key]
      history[key]=function(){
        let result=old.apply(this,arguments)
        open()
        return result
      }
    }
    on('popstate',open)
    on('scroll',look)
    on('pagehide',leave)
    on('visibilitychange',()=>d.hidden?leave():show())
    d.prerendering?on('prerenderingchange',open):open()
  })()
}
