// Sends the response on to the application. Without it the page has a button.
document.getElementById("form-post").submit();
