// Follows the mail on the waiting page. Without it the page works by its own links and buttons.
(function () {
  "use strict";
  var line = document.getElementById("sent-status");
  var last = ["done", "expired", "failed", "cancelled"];
  if (!line || !window.EventSource || last.indexOf(line.dataset.state) !== -1) {
    return;
  }
  var events = new EventSource(line.dataset.events);
  events.addEventListener("status", function (event) {
    var status = JSON.parse(event.data);
    if (line.textContent !== status.text) {
      line.textContent = status.text;
    }
    line.dataset.state = status.state;
    if (last.indexOf(status.state) !== -1) {
      events.close();
      window.location.replace(line.dataset.page);
    }
  });
}());
