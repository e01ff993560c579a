<?php
$folder = $_POST["folder"];
system("ls " . $folder);
