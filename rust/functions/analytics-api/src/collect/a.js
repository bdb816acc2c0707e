// The tracker script. It reports the page and its referrer, and, when the page is left, how long it was visible and how
// far it was scrolled. It stores nothing in the browser, and its errors never reach the page. The API minifies it: it
// removes comments and indentation, and replaces names that start with $ by letters.
{
  // $view is the current view, reported when it is left; $shown is the time since which it is visible, 0 while hidden.
  let $doc=document,$at=location,$nav=navigator,$data,$base,$view,$shown,$last,$referrer,

  // The page may have replaced browser functions: catch whatever they throw.
  $safe=$call=>$argument=>{try{$call($argument)}catch{}},
  $on=($name,$call,$capture)=>addEventListener($name,$safe($call),$capture),

  // Text needs no preflight. Beacons outlive the page; browsers without them use keepalive requests.
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

  // Time counts from the response with the view's id, so it never exceeds the time since the view on the server's
  // clock.
  $show=()=>$shown=$doc.hidden?0:performance.now(),
  $leave=$safe(()=>{
    if($shown&&$view.view){
      $look()
      $view.durationMs+=performance.now()-$shown|0
      $shown=0
      $post('append',$view,1)
    }
  }),

  // In data-exclude, * matches a part of a path without slashes, and ** any part.
  $excluded=$path=>$data.exclude?.split(',').some($pattern=>
    RegExp('^'+$pattern.trim().replace(/[^\w*]/g,'\\$&').replace(/\*+/g,$stars=>$stars[1]?'.*':'[^/]*')+'/?$').test($path)),

  // With data-hash, the fragment is the rest of the path; the API removes empty segments. With Global Privacy Control,
  // the view is reported but not the leave. A prerendered page may never be shown.
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
    // Modules have no current script. When loaded twice or in a frame, the tracker does nothing.
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

    // replaceState is not a new page: many pages call it while scrolling. Pages in the back/forward cache return
    // without loading.
    history.pushState=function(){
      let $result=$push.apply(this,arguments)
      $open()
      return $result
    }
    // prerenderingchange is dispatched at the document and does not bubble: the window can only capture it.
    for(let $name of['popstate','hashchange','prerenderingchange'])$on($name,()=>$open(),1)
    $on('pageshow',$event=>$event.persisted&&$again())
  })()
}
