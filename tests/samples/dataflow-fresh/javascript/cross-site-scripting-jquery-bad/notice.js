$(function () {
  var params = new URLSearchParams(location.search);
  var notice = params.get('notice') || '';
  var $box = $('#notice');

  function show(message) {
    $box.html('<strong>' + message + '</strong>').fadeIn();
  }

  if (notice.length > 0) {
    show(notice);
  }
});
