SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.alarm_calls (
    id integer NOT NULL,
    alarm_id character varying NOT NULL,
    way character varying NOT NULL,
    state character varying NOT NULL,
    attempts integer NOT NULL,
    due_at timestamp with time zone NOT NULL,
    tried_at timestamp with time zone,
    finished_at timestamp with time zone,
    error_code character varying
);
CREATE SEQUENCE public.alarm_calls_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.alarm_calls_id_seq OWNED BY public.alarm_calls.id;
CREATE TABLE public.alarms (
    id character varying NOT NULL,
    key character varying NOT NULL,
    kind character varying NOT NULL,
    handoff_id character varying,
    triage character varying NOT NULL,
    language character varying NOT NULL,
    since timestamp with time zone NOT NULL,
    raised_at timestamp with time zone NOT NULL,
    state character varying NOT NULL,
    round integer NOT NULL,
    next_round_at timestamp with time zone,
    generation integer NOT NULL,
    heard_by character varying,
    heard_at timestamp with time zone,
    ended_at timestamp with time zone,
    ended_because character varying,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.api_tokens (
    id character varying NOT NULL,
    name character varying NOT NULL,
    token_hash character varying NOT NULL,
    writes boolean NOT NULL,
    texts boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone
);
CREATE TABLE public.audit (
    number integer NOT NULL,
    at timestamp with time zone NOT NULL,
    staff_id character varying NOT NULL,
    action character varying NOT NULL,
    subject character varying NOT NULL,
    previous_hash character varying NOT NULL,
    hash character varying NOT NULL
);
CREATE TABLE public.case_events (
    id integer NOT NULL,
    case_id character varying NOT NULL,
    event character varying NOT NULL,
    triage character varying NOT NULL,
    at timestamp with time zone NOT NULL,
    state character varying NOT NULL,
    attempts integer NOT NULL,
    due_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    error_code character varying,
    expires_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.case_events_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.case_events_id_seq OWNED BY public.case_events.id;
CREATE TABLE public.case_files (
    handoff_id character varying NOT NULL,
    victim_consent character varying,
    witness_consent character varying,
    tags bytea,
    report bytea,
    verdict character varying,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.case_notes (
    id integer NOT NULL,
    handoff_id character varying NOT NULL,
    staff_id character varying NOT NULL,
    content bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.case_notes_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.case_notes_id_seq OWNED BY public.case_notes.id;
CREATE TABLE public.conversations (
    id character varying NOT NULL,
    channel character varying NOT NULL,
    pseudonym character varying NOT NULL,
    address bytea,
    language character varying NOT NULL,
    language_fixed boolean NOT NULL,
    triage character varying NOT NULL,
    speaker character varying NOT NULL,
    findings bytea,
    dialogue bytea,
    report bytea,
    arranged bytea,
    quiet boolean NOT NULL,
    reachable character varying NOT NULL,
    message_count integer NOT NULL,
    counted bytea,
    created_at timestamp with time zone NOT NULL,
    last_message_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.day_counts (
    day character varying NOT NULL,
    measure character varying NOT NULL,
    key character varying NOT NULL,
    count integer NOT NULL
);
CREATE TABLE public.evaluation_rows (
    id integer NOT NULL,
    day character varying NOT NULL,
    verdict character varying NOT NULL,
    triage character varying NOT NULL,
    right_triage character varying,
    indicators character varying NOT NULL,
    speaker character varying NOT NULL,
    language character varying NOT NULL,
    channel character varying NOT NULL,
    example bytea,
    expires_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.evaluation_rows_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.evaluation_rows_id_seq OWNED BY public.evaluation_rows.id;
CREATE TABLE public.farewells (
    id character varying NOT NULL,
    channel character varying NOT NULL,
    content bytea NOT NULL,
    attempts integer NOT NULL,
    due_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.handoffs (
    id character varying NOT NULL,
    conversation_id character varying NOT NULL,
    reason character varying NOT NULL,
    triage character varying NOT NULL,
    triage_rank integer NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    waiting_since timestamp with time zone NOT NULL,
    taken_by character varying,
    taken_at timestamp with time zone,
    last_seen_number integer NOT NULL,
    withdrawn_at timestamp with time zone,
    closed_at timestamp with time zone,
    outcome character varying,
    version integer NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.messages (
    id character varying NOT NULL,
    conversation_id character varying NOT NULL,
    number integer NOT NULL,
    author character varying NOT NULL,
    staff_id character varying,
    external_id character varying,
    kind character varying NOT NULL,
    state character varying NOT NULL,
    language character varying NOT NULL,
    content bytea NOT NULL,
    screening bytea,
    answers character varying,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.outbox (
    id integer NOT NULL,
    message_id character varying NOT NULL,
    conversation_id character varying NOT NULL,
    channel character varying NOT NULL,
    state character varying NOT NULL,
    regardless boolean NOT NULL,
    parts integer NOT NULL,
    uncertain integer NOT NULL,
    attempts integer NOT NULL,
    due_at timestamp with time zone NOT NULL,
    provider_id character varying,
    error_code character varying,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.outbox_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.outbox_id_seq OWNED BY public.outbox.id;
CREATE TABLE public.receipts (
    id character varying NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.spending (
    day character varying NOT NULL,
    who character varying NOT NULL,
    replies integer NOT NULL,
    told boolean NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.staff (
    id character varying NOT NULL,
    name character varying NOT NULL,
    role character varying NOT NULL,
    password_hash character varying NOT NULL,
    must_change_password boolean NOT NULL,
    totp_secret bytea,
    totp_last_step integer NOT NULL,
    disabled_at timestamp with time zone,
    failed_logins integer NOT NULL,
    locked_until timestamp with time zone,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.staff_sessions (
    token_hash character varying NOT NULL,
    staff_id character varying NOT NULL,
    csrf character varying NOT NULL,
    second_factor boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.triage_changes (
    id integer NOT NULL,
    conversation_id character varying NOT NULL,
    before character varying NOT NULL,
    after character varying NOT NULL,
    changed_by character varying NOT NULL,
    reason bytea,
    message_number integer,
    changed_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.triage_changes_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.triage_changes_id_seq OWNED BY public.triage_changes.id;
ALTER TABLE ONLY public.alarm_calls ALTER COLUMN id SET DEFAULT nextval('public.alarm_calls_id_seq'::regclass);
ALTER TABLE ONLY public.case_events ALTER COLUMN id SET DEFAULT nextval('public.case_events_id_seq'::regclass);
ALTER TABLE ONLY public.case_notes ALTER COLUMN id SET DEFAULT nextval('public.case_notes_id_seq'::regclass);
ALTER TABLE ONLY public.evaluation_rows ALTER COLUMN id SET DEFAULT nextval('public.evaluation_rows_id_seq'::regclass);
ALTER TABLE ONLY public.outbox ALTER COLUMN id SET DEFAULT nextval('public.outbox_id_seq'::regclass);
ALTER TABLE ONLY public.triage_changes ALTER COLUMN id SET DEFAULT nextval('public.triage_changes_id_seq'::regclass);
INSERT INTO public.alarm_calls VALUES (1, 'aaaaaaaaaaaaaaaa', 'mail1', 'sent', 0, '2026-11-24 12:00:00+00', NULL, NULL, NULL);
INSERT INTO public.alarms VALUES ('aaaaaaaaaaaaaaaa', 'k', 'case', '9a884e85aa514dddb6e93809a647b982', 'high', 'pl', '2026-11-24 12:00:00+00', '2026-11-24 12:00:00+00', 'sounding', 0, NULL, 0, NULL, NULL, NULL, NULL, '2026-12-24 12:00:00+00');
INSERT INTO public.alembic_version VALUES ('26f467df97ae');
INSERT INTO public.api_tokens VALUES ('c38bbf03ad9147a7bc390bea7c118f5e', 'Chatwoot', '95e2d1021416d533b79a63e1b11f7870db36a45fbf4cb538d83ae04d5cff94d4', true, false, '2026-11-24 12:00:00+00', NULL);
INSERT INTO public.audit VALUES (1, '2026-11-24 12:00:00+00', 'program', 'account_added', '67cb1429fe0a496e8b12b015da2d9dcb', 'start', 'c4be15bc4389b0771bae82e912753898b87509dd83e1a46eb2aa8840fa511524');
INSERT INTO public.audit VALUES (2, '2026-11-24 12:00:00+00', 'program', 'api_token_added', 'c38bbf03ad9147a7bc390bea7c118f5e', 'c4be15bc4389b0771bae82e912753898b87509dd83e1a46eb2aa8840fa511524', '1ecad96161f6272268bce861d6cdc6b554f1eca802597e32e4183a7dda72ccc8');
INSERT INTO public.case_events VALUES (1, '9a884e85aa514dddb6e93809a647b982', 'opened', 'high', '2026-11-24 12:00:00+00', 'due', 0, '2026-11-24 12:00:00+00', NULL, NULL, '2026-12-24 12:00:00+00');
INSERT INTO public.case_files VALUES ('9a884e85aa514dddb6e93809a647b982', 'confidential', NULL, NULL, NULL, NULL, '2027-02-22 12:00:00+00');
INSERT INTO public.case_notes VALUES (1, '9a884e85aa514dddb6e93809a647b982', '67cb1429fe0a496e8b12b015da2d9dcb', '\xa26920534c31556b20bd03ad60866e902b9de87b72fb69ca69722d7a13bc08e0b590b34cb2b8fa36929158fdbf823dcf', '2026-11-24 12:00:00+00', '2027-02-22 12:00:00+00');
INSERT INTO public.conversations VALUES ('f795790aee5d4e6aad6eaeb4df019fd5', 'sms', 'p1', '\xa26920539af5fa4319ab2a8dd2eb572ccf0698edd9a902c4168990bc91777c5d842297d67b2f07152d2022fa', 'pl', false, 'high', 'victim', '\xa2692053c11a3ce2bf47e671f16b063ebc4d463ba8a22268a440b8c975ad777a6df312a7a850e16a223a84420b3f41be511e63015153c25913fb97049686ce8d2ba0973e0b7477be6d0a259a150f1b4fdd9f10e4a735c94cbbb812907166195577923aba073b38bd623e32fc06d3833da62d28c1c215072c9b9f4dd014355250cbafe34650550264fab6c2537582d6b9b190f0a429c18480fb6e6559b60ea1afe036f47678', '\xa2692053c9de5a5d63f1df66287b48f36d959169dffc1f207d0c028636ea524ffd2f30f2795d248d23a3953f', NULL, NULL, false, 'yes', 2, '\xa26920535bc157750191f821dd1d00b0310226fad10af74e29e2336b10e4a25a1a976b17501fc170bf3f6ca38f54357b98ff4fb046a10737021f5f2c567f1e4280f52be8486b0d40bd100fdb261e6a0b98a2d27ef56ce5b046fcc6c9081eadb1346509ec29f9dcf194babb47323a92a59886c670e9938c64', '2026-11-24 12:00:00+00', '2026-11-24 12:00:00+00', '2027-02-22 12:00:00+00');
INSERT INTO public.day_counts VALUES ('2026-11-24', 'channel', 'sms', 1);
INSERT INTO public.day_counts VALUES ('2026-11-24', 'contacts', '', 1);
INSERT INTO public.day_counts VALUES ('2026-11-24', 'language', 'pl', 1);
INSERT INTO public.day_counts VALUES ('2026-11-24', 'opened', 'high', 1);
INSERT INTO public.day_counts VALUES ('2026-11-24', 'topic', 'disclose_victim', 1);
INSERT INTO public.day_counts VALUES ('2026-11-24', 'triage', 'high', 1);
INSERT INTO public.evaluation_rows VALUES (1, '2026-11-24', 'right', 'high', NULL, '', 'victim', 'pl', 'sms', NULL, '2026-12-24 12:00:00+00');
INSERT INTO public.farewells VALUES ('16320b37d7c14e098c8562624833bf0d', 'sms', '\xa26920531b434f187738020dd99a24815bac748f3fe25d7874842a351c18a7bfc13cf29bb0ea8a6c3c625fe9168b838a0439ea102e8b19b01000883b079cfce10015d54af8726be7b734061494839515b57197aefc8ea39d52abe9fa4558f3c87ba1aee544b84adab2b85d1601e61dd9134ba6545ed5d27c49fbb8387bfa652f2039b68d6b55a01e2851f62c3964aeb0022699e9d7cfc6324cda4481a021b3d3b12cbde69a14104a04913001f7724e49b71219d68177d149f781c0c2cdd0aa883c31f13573ec079f169b01a119', 0, '2026-11-24 12:00:00+00', '2026-12-08 12:00:00+00');
INSERT INTO public.handoffs VALUES ('9a884e85aa514dddb6e93809a647b982', 'f795790aee5d4e6aad6eaeb4df019fd5', 'screening', 'high', 2, '2026-11-24 12:00:00+00', '2026-11-24 12:00:00+00', NULL, NULL, 0, NULL, NULL, NULL, 0, '2027-02-22 12:00:00+00');
INSERT INTO public.messages VALUES ('0d67303311bf4b1095a498085b40aa19', 'f795790aee5d4e6aad6eaeb4df019fd5', 1, 'person', NULL, 'SM1', 'text', 'answered', 'pl', '\xa26920538100c0e7950855382be0f50d190836920f5cd2af0073483debe98025ebfc21ca4eb1a1355baae9873ca46fadfae56caea93aa565a61745279dc10d7a85d0fdd989fcf21cb0abbecc26acb2a7', '\xa269205347ae66a33723c7f28001a7a8c3a6279962f058344b73a17c6b5b5b1c428bc062fe471ba554f39a15ae72f4189f4d7a35f73d13695b4de8c736ef7ec4e2e3bbd4a6f34615ec0b418ebe22690c87739fa9408967a6e81bc6ff7f3a378ac4fdf771db7fe551da1f1edc8bc36a3024a649702859f7015ef220fce9a0fd9a6cef0453e438e51253a9d737de8f46f8e3223989139752c25dde296271dd337db59efe0250275b6a50ec904814269859341466c6cacfca0561197fcff251bc3a3ee58d8a0a84440d872dcaafaa7d99f1eb2f3d0b7c82ec88db4bac7c0ff2', NULL, '2026-11-24 12:00:00+00', '2027-02-22 12:00:00+00');
INSERT INTO public.messages VALUES ('62b84d3be8694f1ebf9c20b299c47166', 'f795790aee5d4e6aad6eaeb4df019fd5', 2, 'bot', NULL, NULL, 'text', 'said', 'pl', '\xa269205364f9f9560bb2d6e0072ae46638ea4905bec67728b37ea6e9b7c71e037a039ae66752c3d2e2a352d0b7bab9339b1a03b0b21615797c52d44688ff31ce8277a2b2e361a55d57f773c02d7a53813e0975a6d731e4569637', NULL, '0d67303311bf4b1095a498085b40aa19', '2026-11-24 12:00:00+00', '2027-02-22 12:00:00+00');
INSERT INTO public.outbox VALUES (1, '62b84d3be8694f1ebf9c20b299c47166', 'f795790aee5d4e6aad6eaeb4df019fd5', 'sms', 'due', false, 1, 0, 0, '2026-11-24 12:00:00+00', NULL, NULL, '2026-11-24 12:00:00+00', NULL, '2027-02-22 12:00:00+00');
INSERT INTO public.receipts VALUES ('788bf599a6a03006a6ee7cb67b148f1e403290a92abe6dc7b4470ff70e84c2f2', '2026-12-24 12:00:00+00');
INSERT INTO public.receipts VALUES ('424c344d37b7d94185b5b1d58e1bbc95d7bfd3dbd8664f078a622d3c46666af6', '2026-12-24 12:00:00+00');
INSERT INTO public.spending VALUES ('2026-11-24T12:00', 'p1', 1, false, '2026-11-24 12:02:00+00');
INSERT INTO public.spending VALUES ('2026-11-24', 'p1', 1, false, '2026-11-26 12:00:00+00');
INSERT INTO public.spending VALUES ('2026-11-24', '', 1, false, '2026-11-26 12:00:00+00');
INSERT INTO public.staff VALUES ('67cb1429fe0a496e8b12b015da2d9dcb', 'Ola', 'consultant', '$argon2id$v=19$m=65536,t=3,p=4$l7Cc14WvjGL4WdYwgF01GA$YXzXN8Lwmk9p5D0LPVtTOOsvS+gBBUodidkTiizdHsQ', true, '\xa26920534a52a80e5fb198664b6f77d18b51520104189a6d45e9a78340449dc6a5f9e951c1796c87830cd2048ffd2dab', 0, NULL, 0, NULL, '2026-11-24 12:00:00+00');
INSERT INTO public.staff_sessions VALUES ('h', '67cb1429fe0a496e8b12b015da2d9dcb', 'c', false, '2026-11-24 12:00:00+00', '2026-11-24 12:00:00+00', '2026-12-24 12:00:00+00');
INSERT INTO public.triage_changes VALUES (1, 'f795790aee5d4e6aad6eaeb4df019fd5', 'none', 'high', 'machine', NULL, 1, '2026-11-24 12:00:00+00', '2026-12-24 12:00:00+00');
INSERT INTO public.triage_changes VALUES (2, 'f795790aee5d4e6aad6eaeb4df019fd5', 'high', 'emergency', '67cb1429fe0a496e8b12b015da2d9dcb', NULL, NULL, '2026-11-24 12:00:00+00', '2026-12-24 12:00:00+00');
SELECT pg_catalog.setval('public.alarm_calls_id_seq', 1, true);
SELECT pg_catalog.setval('public.case_events_id_seq', 1, true);
SELECT pg_catalog.setval('public.case_notes_id_seq', 1, true);
SELECT pg_catalog.setval('public.evaluation_rows_id_seq', 1, true);
SELECT pg_catalog.setval('public.outbox_id_seq', 1, true);
SELECT pg_catalog.setval('public.triage_changes_id_seq', 2, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.alarm_calls
    ADD CONSTRAINT pk_alarm_calls PRIMARY KEY (id);
ALTER TABLE ONLY public.alarms
    ADD CONSTRAINT pk_alarms PRIMARY KEY (id);
ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT pk_api_tokens PRIMARY KEY (id);
ALTER TABLE ONLY public.audit
    ADD CONSTRAINT pk_audit PRIMARY KEY (number);
ALTER TABLE ONLY public.case_events
    ADD CONSTRAINT pk_case_events PRIMARY KEY (id);
ALTER TABLE ONLY public.case_files
    ADD CONSTRAINT pk_case_files PRIMARY KEY (handoff_id);
ALTER TABLE ONLY public.case_notes
    ADD CONSTRAINT pk_case_notes PRIMARY KEY (id);
ALTER TABLE ONLY public.conversations
    ADD CONSTRAINT pk_conversations PRIMARY KEY (id);
ALTER TABLE ONLY public.day_counts
    ADD CONSTRAINT pk_day_counts PRIMARY KEY (day, measure, key);
ALTER TABLE ONLY public.evaluation_rows
    ADD CONSTRAINT pk_evaluation_rows PRIMARY KEY (id);
ALTER TABLE ONLY public.farewells
    ADD CONSTRAINT pk_farewells PRIMARY KEY (id);
ALTER TABLE ONLY public.handoffs
    ADD CONSTRAINT pk_handoffs PRIMARY KEY (id);
ALTER TABLE ONLY public.messages
    ADD CONSTRAINT pk_messages PRIMARY KEY (id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT pk_outbox PRIMARY KEY (id);
ALTER TABLE ONLY public.receipts
    ADD CONSTRAINT pk_receipts PRIMARY KEY (id);
ALTER TABLE ONLY public.spending
    ADD CONSTRAINT pk_spending PRIMARY KEY (day, who);
ALTER TABLE ONLY public.staff
    ADD CONSTRAINT pk_staff PRIMARY KEY (id);
ALTER TABLE ONLY public.staff_sessions
    ADD CONSTRAINT pk_staff_sessions PRIMARY KEY (token_hash);
ALTER TABLE ONLY public.triage_changes
    ADD CONSTRAINT pk_triage_changes PRIMARY KEY (id);
ALTER TABLE ONLY public.alarms
    ADD CONSTRAINT uq_alarms_key UNIQUE (key);
ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT uq_api_tokens_name UNIQUE (name);
ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT uq_api_tokens_token_hash UNIQUE (token_hash);
ALTER TABLE ONLY public.conversations
    ADD CONSTRAINT uq_conversations_channel_pseudonym UNIQUE (channel, pseudonym);
ALTER TABLE ONLY public.messages
    ADD CONSTRAINT uq_messages_conversation_id_external_id UNIQUE (conversation_id, external_id);
ALTER TABLE ONLY public.messages
    ADD CONSTRAINT uq_messages_conversation_id_number UNIQUE (conversation_id, number);
ALTER TABLE ONLY public.staff
    ADD CONSTRAINT uq_staff_name UNIQUE (name);
CREATE INDEX ix_alarm_calls_alarm_id ON public.alarm_calls USING btree (alarm_id);
CREATE INDEX ix_alarm_calls_state_due_at ON public.alarm_calls USING btree (state, due_at);
CREATE INDEX ix_alarm_calls_way ON public.alarm_calls USING btree (way, finished_at);
CREATE INDEX ix_alarms_expires_at ON public.alarms USING btree (expires_at);
CREATE INDEX ix_alarms_handoff_id ON public.alarms USING btree (handoff_id);
CREATE INDEX ix_alarms_state ON public.alarms USING btree (state);
CREATE INDEX ix_audit_subject ON public.audit USING btree (subject);
CREATE INDEX ix_case_events_case_id ON public.case_events USING btree (case_id);
CREATE INDEX ix_case_events_expires_at ON public.case_events USING btree (expires_at);
CREATE INDEX ix_case_events_state_due_at ON public.case_events USING btree (state, due_at);
CREATE INDEX ix_case_notes_handoff_id ON public.case_notes USING btree (handoff_id);
CREATE INDEX ix_conversations_expires_at ON public.conversations USING btree (expires_at);
CREATE INDEX ix_evaluation_rows_expires_at ON public.evaluation_rows USING btree (expires_at);
CREATE INDEX ix_farewells_due_at ON public.farewells USING btree (due_at);
CREATE INDEX ix_handoffs_closed_at_triage ON public.handoffs USING btree (closed_at, triage);
CREATE INDEX ix_handoffs_conversation_id ON public.handoffs USING btree (conversation_id);
CREATE INDEX ix_messages_state ON public.messages USING btree (state);
CREATE INDEX ix_outbox_conversation_id ON public.outbox USING btree (conversation_id);
CREATE INDEX ix_outbox_state_due_at ON public.outbox USING btree (state, due_at);
CREATE INDEX ix_receipts_expires_at ON public.receipts USING btree (expires_at);
CREATE INDEX ix_spending_expires_at ON public.spending USING btree (expires_at);
CREATE INDEX ix_triage_changes_conversation_id ON public.triage_changes USING btree (conversation_id);
ALTER TABLE ONLY public.alarm_calls
    ADD CONSTRAINT fk_alarm_calls_alarm_id FOREIGN KEY (alarm_id) REFERENCES public.alarms(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.alarms
    ADD CONSTRAINT fk_alarms_handoff_id FOREIGN KEY (handoff_id) REFERENCES public.handoffs(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.case_files
    ADD CONSTRAINT fk_case_files_handoff_id FOREIGN KEY (handoff_id) REFERENCES public.handoffs(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.case_notes
    ADD CONSTRAINT fk_case_notes_handoff_id FOREIGN KEY (handoff_id) REFERENCES public.handoffs(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.handoffs
    ADD CONSTRAINT fk_handoffs_conversation_id FOREIGN KEY (conversation_id) REFERENCES public.conversations(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.messages
    ADD CONSTRAINT fk_messages_conversation_id FOREIGN KEY (conversation_id) REFERENCES public.conversations(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT fk_outbox_conversation_id FOREIGN KEY (conversation_id) REFERENCES public.conversations(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT fk_outbox_message_id FOREIGN KEY (message_id) REFERENCES public.messages(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.staff_sessions
    ADD CONSTRAINT fk_staff_sessions_staff_id FOREIGN KEY (staff_id) REFERENCES public.staff(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.triage_changes
    ADD CONSTRAINT fk_triage_changes_conversation_id FOREIGN KEY (conversation_id) REFERENCES public.conversations(id) ON DELETE CASCADE;
