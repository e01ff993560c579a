const Vue = require('vue');
const { useRoute } = require('vue-router');

function route_query() {
  const route = useRoute();
  document.body.innerHTML = route.query.q; // expect: cross-site-scripting
}

function rendered_html() {
  return Vue.h('div', { innerHTML: decodeURIComponent(location.hash) }); // expect: cross-site-scripting
}

function compiled_template() {
  return Vue.compile('<p>' + location.hash + '</p>'); // expect: template-injection
}

function component_template() {
  return Vue.createApp({ template: '<p>' + location.hash + '</p>' }); // expect: template-injection
}
