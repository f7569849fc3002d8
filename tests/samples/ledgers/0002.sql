BEGIN TRANSACTION;
CREATE TABLE clarion_clock (
	host VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, 
	tzdata VARCHAR NOT NULL, 
	"by" VARCHAR NOT NULL, 
	boot VARCHAR NOT NULL, 
	zero VARCHAR, 
	why TEXT NOT NULL, 
	PRIMARY KEY (host, kind)
);
INSERT INTO "clarion_clock" VALUES('','last','2027-07-30T06:30:00.000000Z','2026f','duty-officer','boot','2027-07-27T06:30:00.000000Z','');
INSERT INTO "clarion_clock" VALUES('','confirmed','2027-07-30T06:30:00.000000Z','2026f','duty-officer','boot','2027-07-27T06:30:00.000000Z','');
CREATE TABLE clarion_deliveries (
	id VARCHAR(26) NOT NULL, 
	campaign VARCHAR NOT NULL, 
	card VARCHAR NOT NULL, 
	society VARCHAR NOT NULL, 
	channel VARCHAR NOT NULL, 
	account VARCHAR NOT NULL, 
	platform VARCHAR NOT NULL, 
	locale VARCHAR NOT NULL, 
	occurrence DATE NOT NULL, 
	wall VARCHAR NOT NULL, 
	zone VARCHAR NOT NULL, 
	due_at VARCHAR(27) NOT NULL, 
	expires_at VARCHAR(27) NOT NULL, 
	late VARCHAR NOT NULL, 
	author VARCHAR NOT NULL, 
	content TEXT, 
	held TEXT NOT NULL, 
	content_hash VARCHAR(64) NOT NULL, 
	state VARCHAR NOT NULL, 
	revision INTEGER NOT NULL, 
	approved_by VARCHAR, 
	approved_at VARCHAR(27), 
	approved_revision INTEGER, 
	approved_hash VARCHAR(64), 
	fence INTEGER NOT NULL, 
	owner VARCHAR NOT NULL, 
	lease_until VARCHAR(27), 
	next_try VARCHAR(27), 
	first_sent_at VARCHAR(27), 
	attempts INTEGER NOT NULL, 
	in_doubt BOOLEAN NOT NULL, 
	prepared BLOB NOT NULL, 
	remote_id VARCHAR NOT NULL, 
	url VARCHAR NOT NULL, 
	posted_at VARCHAR(27), 
	receipt TEXT, 
	note TEXT NOT NULL, until VARCHAR, gap VARCHAR DEFAULT 'later' NOT NULL, fold VARCHAR DEFAULT 'earlier' NOT NULL, tzdata VARCHAR DEFAULT '' NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "clarion_deliveries" VALUES('gaapodz5drmr6vvenjlg4zmhvu','myths','card-4','it','feed','it/feed','memory','it','2027-07-30','2027-07-30T09:00:00','Europe/Rome','2027-07-30T07:00:00.000000Z','2027-07-30T18:00:00.000000Z','post_until','author','{"direction":"ltr","facts":[],"language":"it","pictures":[],"text":"Nobody may be bought or sold. (card-4)","title":"card-4"}','[]','734c56141c08d4850cb59b30bef971b791e9cf3870d56911e5dd365e91a76381','posted',1,'approver','2027-07-20T07:00:00.000000Z',1,'734c56141c08d4850cb59b30bef971b791e9cf3870d56911e5dd365e91a76381',1,'',NULL,NULL,'2027-07-30T07:00:00.000000Z',1,0,X'7B7D','42','https://example.org/42','2027-07-30T07:00:00.000000Z','{"remote_id":"42"}','','2027-07-30T20:00:00','later','earlier','');
INSERT INTO "clarion_deliveries" VALUES('l4ciu6h3zqekkz6i45dpmj4kau','myths','card-6','it','feed','it/feed','memory','it','2027-07-30','2027-07-30T09:00:00','Europe/Rome','2027-07-30T07:00:00.000000Z','2027-07-30T18:00:00.000000Z','post_until','author','{"direction":"ltr","facts":[],"language":"it","pictures":[],"text":"Nobody may be bought or sold. (card-6)","title":"card-6"}','[]','46be8be567f2b01a657c17c4ed166ca95e95ccc1b425cd825959381de20ee2a7','unknown',1,'approver','2027-07-20T07:00:00.000000Z',1,'46be8be567f2b01a657c17c4ed166ca95e95ccc1b425cd825959381de20ee2a7',1,'',NULL,'2027-07-30T07:00:30.000000Z','2027-07-30T07:00:00.000000Z',1,1,X'7B7D','','',NULL,NULL,'no answer','2027-07-30T20:00:00','later','earlier','');
INSERT INTO "clarion_deliveries" VALUES('mo2jqzbslbytzbee7uzlafwykx','myths','card-5','it','feed','it/feed','memory','it','2027-07-30','2027-07-30T09:00:00','Europe/Rome','2027-07-30T07:00:00.000000Z','2027-07-30T18:00:00.000000Z','post_until','author','{"direction":"ltr","facts":[],"language":"it","pictures":[],"text":"Nobody may be bought or sold. (card-5)","title":"card-5"}','[]','042b20902a5c0fd6b8ef80f2a5c0db883235ff0d4c3a1dc1a81b29cf42b5d47e','sending',1,'approver','2027-07-20T07:00:00.000000Z',1,'042b20902a5c0fd6b8ef80f2a5c0db883235ff0d4c3a1dc1a81b29cf42b5d47e',1,'runner','2027-07-30T07:05:00.000000Z','2027-07-30T07:00:00.000000Z','2027-07-30T07:00:00.000000Z',1,0,X'7B7D','','',NULL,NULL,'','2027-07-30T20:00:00','later','earlier','');
INSERT INTO "clarion_deliveries" VALUES('rlxs26hegurauh2tqve2r4l65a','myths','card-3','it','feed','it/feed','memory','it','2027-07-30','2027-07-30T09:00:00','Europe/Rome','2027-07-30T07:00:00.000000Z','2027-07-30T18:00:00.000000Z','post_until','author','{"direction":"ltr","facts":[],"language":"it","pictures":[],"text":"Nobody may be bought or sold. (card-3)","title":"card-3"}','[]','a6e6f38d34a19abe4d1eb29384cc53b3a598a022ac12a6bdf6319bab0b83e350','retry_wait',1,'approver','2027-07-20T07:00:00.000000Z',1,'a6e6f38d34a19abe4d1eb29384cc53b3a598a022ac12a6bdf6319bab0b83e350',1,'',NULL,'2027-07-30T07:01:00.000000Z',NULL,0,0,X'','','',NULL,NULL,'busy','2027-07-30T20:00:00','later','earlier','');
INSERT INTO "clarion_deliveries" VALUES('s7xvb6pvnl4nnxjfnpj4auwgkx','myths','card-2','it','feed','it/feed','memory','it','2027-07-30','2027-07-30T09:00:00','Europe/Rome','2027-07-30T07:00:00.000000Z','2027-07-30T18:00:00.000000Z','post_until','author','{"direction":"ltr","facts":[],"language":"it","pictures":[],"text":"Nobody may be bought or sold. (card-2)","title":"card-2"}','[]','c9fb954c4de03c97ef2b24aa3c91949b76b8f5bcefacfdd62c926cb6508f9955','approved',1,'approver','2027-07-20T07:00:00.000000Z',1,'c9fb954c4de03c97ef2b24aa3c91949b76b8f5bcefacfdd62c926cb6508f9955',0,'',NULL,'2027-07-30T07:00:00.000000Z',NULL,0,0,X'','','',NULL,NULL,'','2027-07-30T20:00:00','later','earlier','');
INSERT INTO "clarion_deliveries" VALUES('xxy7n2epopojacubfecndbo4qy','myths','card-1','it','feed','it/feed','memory','it','2027-07-30','2027-07-30T09:00:00','Europe/Rome','2027-07-30T07:00:00.000000Z','2027-07-30T18:00:00.000000Z','post_until','author','{"direction":"ltr","facts":[],"language":"it","pictures":[],"text":"Nobody may be bought or sold. (card-1)","title":"card-1"}','[]','64c8934f389092ee05325fd8f6c54e84fe706cdeaf5c4f47bd5beb4ea49da1f2','planned',1,NULL,NULL,NULL,NULL,0,'',NULL,NULL,NULL,0,0,X'','','',NULL,NULL,'','2027-07-30T20:00:00','later','earlier','');
INSERT INTO "clarion_deliveries" VALUES('aaaaaaaaaaaaaaaaaaaaaaaaaa','online','card-1','ma','feed','ma/feed','memory','ar','2027-07-30','2027-07-30T09:00:00','Africa/Casablanca','2027-07-30T09:00:00.000000Z','2027-07-30T09:15:00.000000Z','hold','author','{"direction":"ltr","facts":[],"language":"ar","pictures":[],"text":"Nobody may be bought or sold. (card-1)","title":"card-1"}','[]','5de9f09e6d44d34b5657629fa4acbd758f4cdade107514742c85da8ff956d880','approved',1,'approver','2027-07-20T07:00:00.000000Z',1,'5de9f09e6d44d34b5657629fa4acbd758f4cdade107514742c85da8ff956d880',0,'',NULL,'2027-07-30T09:00:00.000000Z',NULL,0,0,X'','','',NULL,NULL,'',NULL,'later','earlier','');
CREATE TABLE "clarion_holds" (
	scope VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	until VARCHAR, 
	why TEXT NOT NULL, 
	PRIMARY KEY (scope, value)
);
INSERT INTO "clarion_holds" VALUES('account','it/feed',NULL,'the token has expired');
INSERT INTO "clarion_holds" VALUES('account','gr/feed','2027-07-30T08:00:00.000000Z','too many requests');
CREATE TABLE clarion_journal (
	number INTEGER NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	delivery VARCHAR(26), 
	event VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	revision INTEGER NOT NULL, 
	fence INTEGER NOT NULL, 
	actor VARCHAR NOT NULL, 
	detail TEXT NOT NULL, 
	PRIMARY KEY (number), 
	FOREIGN KEY(delivery) REFERENCES clarion_deliveries (id)
);
INSERT INTO "clarion_journal" VALUES(1,'2027-07-20T07:00:00.000000Z','gaapodz5drmr6vvenjlg4zmhvu','planned','planned',1,0,'','');
INSERT INTO "clarion_journal" VALUES(2,'2027-07-20T07:00:00.000000Z','l4ciu6h3zqekkz6i45dpmj4kau','planned','planned',1,0,'','');
INSERT INTO "clarion_journal" VALUES(3,'2027-07-20T07:00:00.000000Z','mo2jqzbslbytzbee7uzlafwykx','planned','planned',1,0,'','');
INSERT INTO "clarion_journal" VALUES(4,'2027-07-20T07:00:00.000000Z','rlxs26hegurauh2tqve2r4l65a','planned','planned',1,0,'','');
INSERT INTO "clarion_journal" VALUES(5,'2027-07-20T07:00:00.000000Z','s7xvb6pvnl4nnxjfnpj4auwgkx','planned','planned',1,0,'','');
INSERT INTO "clarion_journal" VALUES(6,'2027-07-20T07:00:00.000000Z','xxy7n2epopojacubfecndbo4qy','planned','planned',1,0,'','');
INSERT INTO "clarion_journal" VALUES(7,'2027-07-20T07:00:00.000000Z','aaaaaaaaaaaaaaaaaaaaaaaaaa','planned','planned',1,0,'','');
INSERT INTO "clarion_journal" VALUES(8,'2027-07-20T07:00:00.000000Z','gaapodz5drmr6vvenjlg4zmhvu','approved','approved',1,0,'approver','734c56141c08d4850cb59b30bef971b791e9cf3870d56911e5dd365e91a76381');
INSERT INTO "clarion_journal" VALUES(9,'2027-07-20T07:00:00.000000Z','l4ciu6h3zqekkz6i45dpmj4kau','approved','approved',1,0,'approver','46be8be567f2b01a657c17c4ed166ca95e95ccc1b425cd825959381de20ee2a7');
INSERT INTO "clarion_journal" VALUES(10,'2027-07-20T07:00:00.000000Z','mo2jqzbslbytzbee7uzlafwykx','approved','approved',1,0,'approver','042b20902a5c0fd6b8ef80f2a5c0db883235ff0d4c3a1dc1a81b29cf42b5d47e');
INSERT INTO "clarion_journal" VALUES(11,'2027-07-20T07:00:00.000000Z','rlxs26hegurauh2tqve2r4l65a','approved','approved',1,0,'approver','a6e6f38d34a19abe4d1eb29384cc53b3a598a022ac12a6bdf6319bab0b83e350');
INSERT INTO "clarion_journal" VALUES(12,'2027-07-20T07:00:00.000000Z','s7xvb6pvnl4nnxjfnpj4auwgkx','approved','approved',1,0,'approver','c9fb954c4de03c97ef2b24aa3c91949b76b8f5bcefacfdd62c926cb6508f9955');
INSERT INTO "clarion_journal" VALUES(13,'2027-07-20T07:00:00.000000Z','aaaaaaaaaaaaaaaaaaaaaaaaaa','approved','approved',1,0,'approver','5de9f09e6d44d34b5657629fa4acbd758f4cdade107514742c85da8ff956d880');
INSERT INTO "clarion_journal" VALUES(14,'2027-07-30T07:00:00.000000Z','gaapodz5drmr6vvenjlg4zmhvu','claimed','claimed',1,1,'runner','');
INSERT INTO "clarion_journal" VALUES(15,'2027-07-30T07:00:00.000000Z','gaapodz5drmr6vvenjlg4zmhvu','intent','sending',1,1,'runner','44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
INSERT INTO "clarion_journal" VALUES(16,'2027-07-30T07:00:00.000000Z','gaapodz5drmr6vvenjlg4zmhvu','posted','posted',1,1,'runner','42');
INSERT INTO "clarion_journal" VALUES(17,'2027-07-30T07:00:00.000000Z','l4ciu6h3zqekkz6i45dpmj4kau','claimed','claimed',1,1,'runner','');
INSERT INTO "clarion_journal" VALUES(18,'2027-07-30T07:00:00.000000Z','l4ciu6h3zqekkz6i45dpmj4kau','intent','sending',1,1,'runner','44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
INSERT INTO "clarion_journal" VALUES(19,'2027-07-30T07:00:00.000000Z','l4ciu6h3zqekkz6i45dpmj4kau','in-doubt','unknown',1,1,'runner','no answer');
INSERT INTO "clarion_journal" VALUES(20,'2027-07-30T07:00:00.000000Z','mo2jqzbslbytzbee7uzlafwykx','claimed','claimed',1,1,'runner','');
INSERT INTO "clarion_journal" VALUES(21,'2027-07-30T07:00:00.000000Z','mo2jqzbslbytzbee7uzlafwykx','intent','sending',1,1,'runner','44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
INSERT INTO "clarion_journal" VALUES(22,'2027-07-30T07:00:00.000000Z','rlxs26hegurauh2tqve2r4l65a','claimed','claimed',1,1,'runner','');
INSERT INTO "clarion_journal" VALUES(23,'2027-07-30T07:00:00.000000Z','rlxs26hegurauh2tqve2r4l65a','try-again','retry_wait',1,1,'runner','busy');
INSERT INTO "clarion_journal" VALUES(24,'2027-07-30T07:00:00.000000Z',NULL,'stop','',0,0,'coordinator','locale fr');
INSERT INTO "clarion_journal" VALUES(25,'2027-07-30T07:00:00.000000Z',NULL,'hold','',0,0,'','it/feed: the token has expired');
INSERT INTO "clarion_journal" VALUES(26,'2027-07-30T07:00:00.000000Z',NULL,'hold','',0,0,'','gr/feed: too many requests');
CREATE TABLE clarion_paces (
	account VARCHAR NOT NULL, 
	not_before VARCHAR NOT NULL, 
	PRIMARY KEY (account)
);
CREATE TABLE clarion_passage (
	token VARCHAR NOT NULL, 
	step VARCHAR NOT NULL, 
	other TEXT NOT NULL, 
	at VARCHAR NOT NULL, 
	PRIMARY KEY (token)
);
CREATE TABLE clarion_stops (
	scope VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	"by" VARCHAR NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	PRIMARY KEY (scope, value)
);
INSERT INTO "clarion_stops" VALUES('locale','fr','coordinator','2027-07-30T07:00:00.000000Z');
CREATE TABLE clarion_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT clarion_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "clarion_version" VALUES('0002');
CREATE INDEX clarion_deliveries_waiting ON clarion_deliveries (state, next_try);
CREATE INDEX clarion_deliveries_series ON clarion_deliveries (campaign, occurrence);
CREATE INDEX clarion_journal_delivery ON clarion_journal (delivery);
CREATE TRIGGER clarion_journal_no_update BEFORE UPDATE ON clarion_journal  BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
CREATE TRIGGER clarion_journal_no_delete BEFORE DELETE ON clarion_journal  BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
CREATE TRIGGER clarion_journal_no_replace BEFORE INSERT ON clarion_journal WHEN EXISTS (SELECT 1 FROM clarion_journal WHERE number = NEW.number) BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
COMMIT;
