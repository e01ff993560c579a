$(function () {
  var params = new URLSearchParams(location.search);
  var notice = params.get('notice') || '';
  var $box = $('#notice');

  function show(message) {
    $box.empty().append($('<strong>').text(message)).fadeIn();
  }

  if (notice.length > 0) {
    show(notice);
  }
});
