<?php
$folder = $_POST["folder"];
system("ls " . escapeshellarg($folder));
