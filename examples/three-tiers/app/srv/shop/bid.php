<?php
// A bid: one transaction that changes a row and adds one. (By GET, so that any load generator can place it.)
require __DIR__ . '/shop.php';
$db = shop();
$id = (int) $_GET['id'];
$db->begin_transaction();
$db->execute_query('UPDATE items SET bids = bids + 1, price = price + 1 WHERE id = ?', [$id]);
$db->execute_query('INSERT INTO bids (item, bidder, amount) SELECT id, ?, price FROM items WHERE id = ?', [(int) $_GET['bidder'], $id]);
$db->commit();
$item = $db->execute_query('SELECT * FROM items WHERE id = ?', [$id])->fetch_assoc();
page('Thank you', table([$item]));
