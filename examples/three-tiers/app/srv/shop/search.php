<?php
// A page of a category, the dearest first, with what was bid: no index helps, so the database reads the category.
require __DIR__ . '/shop.php';
$db = shop();
$found = $db->execute_query(
    'SELECT i.id, i.name, i.description, i.barcode, i.price, COUNT(b.id) AS bids, MAX(b.amount) AS best
     FROM items i LEFT JOIN bids b ON b.item = i.id
     WHERE i.category = ? AND i.description REGEXP ?
     GROUP BY i.id ORDER BY i.price DESC, i.name LIMIT ?',
    [(int) $_GET['category'], expression($_GET['words']), (int) $_GET['rows']]
);
page('Search', table($found->fetch_all(MYSQLI_ASSOC)));
