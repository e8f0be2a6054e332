// What was sent while the page was locked goes on by itself; without scripts, by its button.

document.getElementById("held").requestSubmit();
