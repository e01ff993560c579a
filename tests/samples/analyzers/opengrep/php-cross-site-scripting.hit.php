<?php
echo "<b>" . $_GET["name"] . "</b>";
