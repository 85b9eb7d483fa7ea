CREATE DATABASE shop;
USE shop;
CREATE TABLE items (id INT PRIMARY KEY, category INT NOT NULL, name VARCHAR(60) NOT NULL, description VARCHAR(400) NOT NULL, barcode VARCHAR(256) NOT NULL, price INT NOT NULL, bids INT NOT NULL, KEY (category));
CREATE TABLE bids (id INT AUTO_INCREMENT PRIMARY KEY, item INT NOT NULL, bidder INT NOT NULL, amount INT NOT NULL, KEY (item, amount));
INSERT INTO items SELECT seq, seq % 5, CONCAT('Item ', seq, ' ', LEFT(MD5(seq), 12)), REPEAT(CONCAT(MD5(seq * 7), ' '), 10),
  CONCAT(LPAD(CONV(LEFT(MD5(seq), 16), 16, 2), 64, '0'), LPAD(CONV(RIGHT(MD5(seq), 16), 16, 2), 64, '0'),
    LPAD(CONV(LEFT(MD5(-seq), 16), 16, 2), 64, '0'), LPAD(CONV(RIGHT(MD5(-seq), 16), 16, 2), 64, '0')), 1 + seq * 7919 % 997, 3 FROM seq_1_to_4000;
INSERT INTO bids (item, bidder, amount) SELECT 1 + seq % 4000, seq * 31 % 500, seq * 7919 % 997 FROM seq_1_to_12000;
