<?php
$name = $_GET["name"];
mysqli_query($db, "SELECT * FROM t WHERE n = '$name'");
