// The tracker of pages. It sends what a page is and where its visitor came from, and, when the page is left, for how
// long it was in view and how far down. It keeps nothing in the browser. Comments and indentation are not served, and
// spaces are left out, so that it is under a kilobyte.
{
  // v is the view of now, as it will be told when it is left; at is since when it is in view, 0 while it is not.
  let d=document,l=location,n=navigator,base=new URL('.',d.currentScript.src),json=JSON.stringify,on=addEventListener,
  v,at,path,referrer=d.referrer,

  // Scroll depth is in percent of the document's height, not of the window's.
  look=()=>v.scroll=Math.max(v.scroll,Math.min(100,(scrollY+innerHeight)/d.documentElement.scrollHeight*100+.5|0)),

  // Time in view counts from when the page knows which view it is, so it is never more than by the server's clock.
  show=()=>at=d.hidden?0:performance.now(),
  leave=()=>{
    if(at&&v.view){
      look()
      v.durationMs+=performance.now()-at|0
      at=0
      n.sendBeacon(base+'append',json(v))
    }
  },

  // Text may be sent without asking first. Under Global Privacy Control there is the view, and nothing after it.
  open=()=>{
    if(path!=l.pathname){
      leave()
      path=l.pathname
      let own=v={durationMs:0,scroll:0}
      fetch(base+'collect',{method:'POST',body:json({url:l.href.slice(0,3e3),referrer}),keepalive:true,credentials:'omit'})
        .then(a=>a.json()).then(a=>{
          n.globalPrivacyControl||(own.view=a.view,show())
        },()=>0)
      referrer=''
    }
  }

  for(let key of ['pushState','replaceState']){
    let old=history[key]
    history[key]=(...to)=>(old.apply(history,to),open())
  }
  on('popstate',open)
  on('scroll',look)
  on('pagehide',leave)
  on('visibilitychange',()=>d.hidden?leave():show())
  d.prerendering?on('prerenderingchange',open):open()
}
