// The tracker script. It reports the page and its referrer, and, when the page is left, how long it was visible and how
// far it was scrolled. It stores nothing in the browser, and its errors never reach the page. The API minifies it: it
// removes comments and indentation, and replaces names that start with $ by letters.
{
  // $view is the current view, reported when it is left; $shown is the time since which it is visible, 0 while hidden.
  let $doc=document,$at=location,$clock=performance,$data,$base,$view,$shown,$last,$referrer,

  // The page may have replaced browser functions: catch whatever they throw.
  $safe=$call=>$argument=>{try{$call($argument)}catch{}},

  // Events of the document, such as prerenderingchange, may not bubble: the window can only capture them.
  $on=($name,$call)=>addEventListener($name,$safe($call),1),

  // Text needs no preflight. Not sendBeacon: if the page has a strict referrer policy, beacons have no origin. A $safe
  // without a function does nothing.
  $post=($to,$body,$use)=>
    fetch($base+$to,{method:'POST',body:JSON.stringify($body),keepalive:1}).then($answer=>$answer.json()).then($use).catch($safe()),

  // Scroll depth is in percent of the document's height, not of the window's.
  $look=()=>$view.scroll=Math.max($view.scroll,Math.min(100,(scrollY+innerHeight)/$doc.documentElement.scrollHeight*100+.5|0)),

  // Time counts from the response with the view's id, so it never exceeds the time since the view on the server's
  // clock.
  $show=()=>$shown=$doc.hidden?0:$clock.now(),
  $leave=$safe(()=>{
    if($shown&&$view.view){
      $look()
      $view.durationMs+=$clock.now()-$shown|0
      $shown=0
      $post('append',$view)
    }
  }),

  // With data-hash, the fragment is the rest of the path; the API removes empty segments.
  $here=()=>$at.pathname+('hash'in $data?'/'+$at.hash.replace(/^#!?/,''):''),

  // In data-exclude, * matches a part of a path without slashes, and ** any part.
  $excluded=$path=>$data.exclude?.split(',').some($pattern=>
    RegExp('^'+$pattern.trim().replace(/[^\w*]/g,'\\$&').replace(/\*+/g,$stars=>$stars[1]?'.*':'[^/]*')+'/?$').test($path)),

  // A prerendered page may never be shown. With Global Privacy Control, the view is reported but not the leave.
  $open=$safe($path=>{
    $path=$path||$here()
    if($doc.prerendering||$path==$last)return
    $leave()
    $last=$path
    let $own=$view={durationMs:0,scroll:0}
    $excluded($path)||$post('collect',{url:($at.origin+$path+$at.search).slice(0,3e3),referrer:$referrer},$answer=>
      navigator.globalPrivacyControl||$own==$view&&$show($own.view=$answer.view))
    $referrer=''
  }),
  $again=$path=>$open($path,$last=0)

  $safe(()=>{
    // Modules have no current script. When loaded twice or in a frame, the tracker does nothing.
    let $script=$doc.currentScript||$doc.querySelector('[src*="analytics/a.js"]'),$push=history.pushState
    $data=$script.dataset
    $base=new URL('.',$script.src)
    if(self[$base]||self!=top)return
    self[$base]=1
    $referrer=$doc.referrer
    $on('scroll',$look)
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
    for(let $name of['popstate','hashchange','prerenderingchange'])$on($name,()=>$open())
    $on('pageshow',$event=>$event.persisted&&$again())
  })()
}
