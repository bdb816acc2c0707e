// The tracker script. It reports the page and its referrer, and, when the page is left, how long it was visible and how
// far it was scrolled. It stores nothing in the browser, and its errors never reach the page. The API minifies it: it
// removes comments and indentation, and replaces names that start with $ by letters.
{
  // $view is the current view, reported when it is left; $shown is the time since which it is visible, 0 while hidden;
  // $last is the path of the page, counted or replaced.
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

  // With data-hash, the fragment is the rest of the path, without its own query and fragment.
  $here=()=>($at.pathname+('hash'in $data?'/'+$at.hash.match(/#?!?([^?#]*)/)[1]:'')).replace(/\/+/g,'/'),

  // Patterns and paths are compared as the URL parser encodes them.
  $encoded=$path=>new URL($path,$at).pathname,

  // A prerendered page may never be shown. In data-exclude, * matches a part of a path without slashes, and ** any part.
  // With Global Privacy Control, the view is reported but not the leave.
  $open=$safe($path=>{
    if($doc.prerendering)return $on('prerenderingchange',()=>$open($path))
    $path=$path||$here()
    if($path==$last||self!=top)return
    $leave()
    $last=$path
    let $own=$view={durationMs:0,scroll:0}
    $data.exclude?.match(/[^,\s]+/g)?.some($pattern=>
      RegExp('^'+$encoded($pattern).replace(/[^\w*]/g,'\\$&').replace(/\*+/g,$stars=>$stars[1]?'.*':'[^/]*')+'/?$').test($encoded($path))
    )||$post('collect',{url:($at.origin+$path+$at.search).slice(0,3e3),referrer:$referrer},$answer=>
      navigator.globalPrivacyControl||$own==$view&&$show($own.view=$answer.view))
    $referrer=''
  }),
  $again=$path=>$open($path,$last=0),

  // A replaced path is not a new page: many pages replace it while scrolling. Remember it for the events that follow.
  $move=$safe($how=>$last&&$how=='replace'?$last=$here():$open())

  $safe(()=>{
    // Modules have no current script. When loaded twice or in a frame, the tracker counts nothing.
    let $script=$doc.currentScript||$doc.querySelector('[src*="analytics/a.js"]')
    $data=$script.dataset
    $base=new URL('.',$script.src)
    if(self[$base])return
    self[$base]=1
    $referrer=$doc.referrer
    $on('scroll',$look)
    $on('visibilitychange',()=>$doc.hidden?$leave():$show())
    if('manual'in $data)return self.countView=$again
    $open()

    // Pages in the back/forward cache return without loading.
    $on('pageshow',$event=>$event.persisted&&$again())
    $on('popstate',$move)
    for(let $how of['push','replace']){
      let $name=$how+'State',$native=history[$name]
      history[$name]=(...$all)=>{
        $native.apply(history,$all)
        $move($how)
      }
    }
    // Some routers never call these functions. Browsers without this API may have an element with its name.
    self.navigation?.addEventListener('currententrychange',$event=>$move($event.navigationType))
  })()
}
