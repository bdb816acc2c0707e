// The tracker of pages. It sends what a page is and where its visitor came from, and, when the page is left, for how
// long it was in view and how far down. It stores nothing in the browser, and no error of it reaches the page. Comments
// and indentation are not served, and names that start with $ are served as letters, so that it is small.
{
  // $view is the current view, reported when it is left; $shown is since when it is in view, 0 while it is not.
  let $doc=document,$at=location,$nav=navigator,$data,$base,$view,$shown,$last,$referrer,

  // Whatever the page made of the browser's functions: what they throw stays here.
  $safe=$call=>$argument=>{try{$call($argument)}catch{}},
  $on=($name,$call)=>addEventListener($name,$safe($call)),

  // Text may be sent without a preflight. Beacons outlive the page; where there are none, keepalive requests do.
  $post=async($to,body,$beacon)=>{
    try{
      $to=$base+$to
      body=JSON.stringify(body)
      try{
        if($beacon&&$nav.sendBeacon($to,body))return
      }catch{}
      return await(await fetch($to,{method:'POST',body,keepalive:true,credentials:'omit'})).json()
    }catch{}
  },

  // Scroll depth is in percent of the document's height, not of the window's.
  $look=()=>$view.scroll=Math.max($view.scroll,Math.min(100,(scrollY+innerHeight)/$doc.documentElement.scrollHeight*100+.5|0)),

  // Time in view counts from when the page knows which view it is, so it is never more than by the server's clock.
  $show=()=>$shown=$doc.hidden?0:performance.now(),
  $leave=$safe(()=>{
    if($shown&&$view.view){
      $look()
      $view.durationMs+=performance.now()-$shown|0
      $shown=0
      $post('append',$view,1)
    }
  }),

  // Of data-exclude, * is a part of a path without slashes, and ** any part.
  $excluded=$path=>$data.exclude?.split(',').some($pattern=>
    RegExp('^'+$pattern.trim().replace(/[^\w*]/g,'\\$&').replace(/\*+/g,$stars=>$stars[1]?'.*':'[^/]*')+'/?$').test($path)),

  // With data-hash, what is behind the # is the rest of the path; the API leaves out empty segments. Under Global Privacy
  // Control there is the view, and nothing after it. A page that is prerendered may never be seen.
  $open=$safe($path=>{
    $path=$path||$at.pathname+('hash'in $data?'/'+$at.hash.replace(/^#!?/,''):'')
    if($doc.prerendering||$path==$last)return
    $leave()
    $last=$path
    let $own=$view={durationMs:0,scroll:0}
    $excluded($path)||$post('collect',{url:($at.origin+$path+$at.search).slice(0,3e3),referrer:$referrer}).then($safe($answer=>$nav.globalPrivacyControl||($own.view=$answer.view,$show())))
    $referrer=''
  }),
  $again=$path=>{
    $last=0
    $open($path)
  }

  $safe(()=>{
    // A module is no current script. Loaded a second time, or in a frame, the tracker does nothing.
    let $script=$doc.currentScript||$doc.querySelector('script[src*="analytics/a.js"]'),$push=history.pushState
    $data=$script.dataset
    $base=new URL('.',$script.src)
    if(self[$base]||self!=top)return
    self[$base]=1
    $referrer=$doc.referrer
    $on('scroll',$look)
    $on('pagehide',$leave)
    $on('visibilitychange',()=>$doc.hidden?$leave():$show())
    if('manual'in $data)return self.countView=$again
    $open()

    // What replaces an address is no page of its own: many pages do that while they are scrolled. Pages come back from
    // the back/forward cache without loading.
    history.pushState=function(){
      let $result=$push.apply(this,arguments)
      $open()
      return $result
    }
    for(let $name of['popstate','hashchange','prerenderingchange'])$on($name,()=>$open())
    $on('pageshow',$event=>$event.persisted&&$again())
  })()
}
