// Sends the response on to the application. Without it the page has a button.
// The entry in the history becomes one that is asked for by GET: going back neither repeats the form
// that led here nor ends at a page of the browser about it.
history.replaceState(null, "", location.href);
document.getElementById("form-post").submit();
