const React = require('react');
const { useLocation, useParams, useSearchParams } = require('react-router-dom');

export function router_query() {
  const [params] = useSearchParams();
  return <div dangerouslySetInnerHTML={{ __html: params.get('q') }} />; // expect: cross-site-scripting
}

export function router_parameter() {
  const { name } = useParams();
  return <div dangerouslySetInnerHTML={{ __html: name }} />; // expect: cross-site-scripting
}

export function router_location() {
  const place = useLocation();
  return <div dangerouslySetInnerHTML={{ __html: decodeURIComponent(place.hash) }} />; // expect: cross-site-scripting
}

export function inner_html() {
  const hash = decodeURIComponent(location.hash);
  const raw = <p dangerouslySetInnerHTML={{ __html: hash }} />; // expect: cross-site-scripting
  return <div title={hash}>{raw}</div>;
}

export function link_address() {
  const next = new URLSearchParams(location.search).get('next');
  return <a href={next}>back</a>; // expect: cross-site-scripting
}

export function frame_address() {
  const next = new URLSearchParams(location.search).get('next');
  return <iframe src={next} />; // expect: cross-site-scripting
}

export function frame_markup() {
  return <iframe srcDoc={decodeURIComponent(location.hash)} />; // expect: cross-site-scripting
}

function created_element() {
  return React.createElement('div', { dangerouslySetInnerHTML: { __html: decodeURIComponent(location.hash) } }); // expect: cross-site-scripting
}
