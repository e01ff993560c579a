<?php
$state = json_decode($_COOKIE["state"]);
