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
    expires_at timestamp with time zone NOT NULL,
    cases integer DEFAULT 1 NOT NULL
);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.answer_edition (
    id integer NOT NULL,
    number integer NOT NULL
);
CREATE TABLE public.answer_gaps (
    week character varying NOT NULL,
    measure character varying NOT NULL,
    key character varying NOT NULL,
    count integer NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.answer_switches (
    answer character varying NOT NULL,
    off_at timestamp with time zone NOT NULL,
    off_by character varying NOT NULL,
    because character varying NOT NULL
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
CREATE TABLE public.case_keys (
    sealing_id character varying NOT NULL,
    staff_id character varying NOT NULL,
    given character varying NOT NULL
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
CREATE TABLE public.case_sealings (
    id character varying NOT NULL,
    conversation_id character varying NOT NULL,
    up_to integer NOT NULL,
    content bytea,
    address bytea,
    made_at timestamp with time zone NOT NULL
);
CREATE TABLE public.clock_watch (
    id integer NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    jumped_from timestamp with time zone,
    doubted_until timestamp with time zone
);
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
    expires_at timestamp with time zone NOT NULL,
    likeness character varying,
    pattern character varying,
    blocked_at timestamp with time zone,
    blocked_by character varying,
    blocked_because bytea
);
CREATE TABLE public.corrections (
    id character varying NOT NULL,
    content bytea NOT NULL,
    made_by character varying NOT NULL,
    made_at timestamp with time zone NOT NULL
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
CREATE TABLE public.further_pages (
    pseudonym character varying NOT NULL,
    conversation_id character varying NOT NULL,
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
    expires_at timestamp with time zone NOT NULL,
    set_aside_as character varying,
    set_aside_at timestamp with time zone,
    set_aside_by character varying
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
    expires_at timestamp with time zone NOT NULL,
    traces bytea
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
    expires_at timestamp with time zone NOT NULL,
    provider_ids bytea
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
CREATE TABLE public.return_codes (
    conversation_id character varying NOT NULL,
    shelf character varying NOT NULL,
    secret_hash character varying NOT NULL,
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
CREATE TABLE public.staff_keys (
    staff_id character varying NOT NULL,
    public_key character varying NOT NULL,
    private_key bytea NOT NULL,
    made_at timestamp with time zone NOT NULL
);
CREATE TABLE public.staff_sessions (
    token_hash character varying NOT NULL,
    staff_id character varying NOT NULL,
    csrf character varying NOT NULL,
    second_factor boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    unlocked bytea
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
CREATE TABLE public.trials (
    id integer NOT NULL,
    at timestamp with time zone NOT NULL,
    filling character varying NOT NULL
);
CREATE TABLE public.written_answers (
    answer character varying NOT NULL,
    revision integer NOT NULL,
    content character varying NOT NULL,
    written_at timestamp with time zone NOT NULL,
    written_by character varying NOT NULL,
    published_at timestamp with time zone,
    published_by character varying
);
ALTER TABLE ONLY public.alarm_calls ALTER COLUMN id SET DEFAULT nextval('public.alarm_calls_id_seq'::regclass);
ALTER TABLE ONLY public.case_events ALTER COLUMN id SET DEFAULT nextval('public.case_events_id_seq'::regclass);
ALTER TABLE ONLY public.case_notes ALTER COLUMN id SET DEFAULT nextval('public.case_notes_id_seq'::regclass);
ALTER TABLE ONLY public.evaluation_rows ALTER COLUMN id SET DEFAULT nextval('public.evaluation_rows_id_seq'::regclass);
ALTER TABLE ONLY public.outbox ALTER COLUMN id SET DEFAULT nextval('public.outbox_id_seq'::regclass);
ALTER TABLE ONLY public.triage_changes ALTER COLUMN id SET DEFAULT nextval('public.triage_changes_id_seq'::regclass);
INSERT INTO public.alarm_calls VALUES (1, 'aaaaaaaaaaaaaaaa', 'mail1', 'sent', 0, '2026-11-24 12:00:00+00', NULL, NULL, NULL);
INSERT INTO public.alarms VALUES ('aaaaaaaaaaaaaaaa', 'k', 'case', 'bc6a42248acf4f2cadf5724faaefdf36', 'high', 'pl', '2026-11-24 12:00:00+00', '2026-11-24 12:00:00+00', 'sounding', 0, NULL, 0, NULL, NULL, NULL, NULL, '2026-12-24 12:00:00+00', 1);
INSERT INTO public.alembic_version VALUES ('9e2a71c4d836');
INSERT INTO public.answer_edition VALUES (1, 2);
INSERT INTO public.answer_gaps VALUES ('2026-11-23', 'language', 'pl', 1, '2027-02-16 12:00:00+00');
INSERT INTO public.answer_gaps VALUES ('2026-11-23', 'near', 'cost', 1, '2027-02-16 12:00:00+00');
INSERT INTO public.answer_switches VALUES ('cost', '2026-11-24 12:00:00+00', 'Ola', 'no longer so');
INSERT INTO public.api_tokens VALUES ('0c653e1607894d8eab0ab040dc4170bd', 'Chatwoot', '65808c76f8a9eaf4489d0a56424e5ecc2935df621660b0ac8aa303dc4d0a10dc', true, false, '2026-11-24 12:00:00+00', NULL);
INSERT INTO public.audit VALUES (1, '2026-11-24 12:00:00+00', 'program', 'account_added', '13ffa198517c453b90c1670615edf960', 'start', 'd4ef1d79a3f5f94a7117d8b08284cd54dff4d5092bf3ef67ba9332fe3c126ce3');
INSERT INTO public.audit VALUES (2, '2026-11-24 12:00:00+00', 'program', 'api_token_added', '0c653e1607894d8eab0ab040dc4170bd', 'd4ef1d79a3f5f94a7117d8b08284cd54dff4d5092bf3ef67ba9332fe3c126ce3', 'e9b06beb6523d3c460a6e58bf9b008880ded118152a2b7cb0cbe3319091d96e1');
INSERT INTO public.case_events VALUES (1, 'bc6a42248acf4f2cadf5724faaefdf36', 'opened', 'high', '2026-11-24 12:00:00+00', 'due', 0, '2026-11-24 12:00:00+00', NULL, NULL, '2026-12-24 12:00:00+00');
INSERT INTO public.case_files VALUES ('bc6a42248acf4f2cadf5724faaefdf36', 'confidential', NULL, NULL, NULL, NULL, '2027-02-22 12:00:00+00');
INSERT INTO public.case_keys VALUES ('55555555555555555555555555555555', '13ffa198517c453b90c1670615edf960', 'g');
INSERT INTO public.case_notes VALUES (1, 'bc6a42248acf4f2cadf5724faaefdf36', '13ffa198517c453b90c1670615edf960', '\xa5bacbe26a2f5cddf3f9ef53c10b96d8966ad34d68ae0a291a0e9c6fcbbf9f3f4f75df02236e63b0701b89b758da0941', '2026-11-24 12:00:00+00', '2027-02-22 12:00:00+00');
INSERT INTO public.case_sealings VALUES ('55555555555555555555555555555555', '30e93273b6344013921cf5d05da58661', 0, NULL, NULL, '2026-11-24 12:00:00+00');
INSERT INTO public.clock_watch VALUES (1, '2026-11-24 12:00:00+00', NULL, NULL);
INSERT INTO public.conversations VALUES ('30e93273b6344013921cf5d05da58661', 'sms', 'p1', '\xa5bacbe2ff3df03c99d2225bd160e96c18cd7b424d09e6fbd3a4a866a3d616ad44d40ea8cf76e3606c04cc94', 'pl', false, 'high', 'victim', '\xa5bacbe2f1178153f94246d13554e59a0be8e36d4655fcd70b8a914e3d09ec13833dfba9c0a89b8837f47b9abf5f027158855d0092a7e2307e2c7f0c0a99556f70bbb811d97a1581a690f11e112288bcf27b57dd977967412d76fd788c6bcae81cd098b5f40dff8e5a6964f5f912199d8e5d05954e6d4fdbcd7eb55e820b7069ecc165d6adf5349feac217600f406f83d18123943f1694ef9bc5668c6421949b4999b4001f', '\xa5bacbe2a57889cc8030b151046facb921437f77b52fd208748f5215022be458b336077bd2c73bdfbe57d048af840714dd5eaede6c2a0e3457919f4d9bdb3c96af5db9229eed749eba630aade454b6f5975004cc9fba587c4614832aae5f95a5c281a40215e9b07b2cf99b0dbad6a6a9172dc02659a63dae5185c35c3ba1d55936c167f93339120df9084a000dd5a129ddd5408395a8ec34d8d12be599096e00a73bfc10e76bdb9e2982ebea0e0ad36df0bfaed2d4cd6371290da84ff0ea68b6326e617d358bd82146b84a80104b47bdbd569abcc561d9e1bda9cecb0f8aa5f518e957335190ef58a55d4ffb8d9368e3a40384b5da90b3aff05595acc1577b9ff6b0e7a43dd7d6360a286c8f496b84ca6513ef87517e22ce59356b5fff063deec793f06d3a30132366a5bf0c5a5a08daad6e132f9fc4c699ac0773590b19fda98834be5e06ed71c5a7aac3cec1457e25315a841a7649fbc2402cb41be6760710875f6a58', NULL, NULL, false, 'yes', 2, '\xa5bacbe2f9d961584e1423b0fdafa01506b3bb06c82af0a43c02d20d983beb035f9a2981a811e38be06fef0418c5892ec8d0aa22cb018d36bcb697e59a57704e2c85800372b6eb080015777a0651d80845f04cd07d59a8d8d8cd0c03b3b81905dab77a621fdbe57ea56f4ff0e8701ac7d57c1d4a8145e34f7464f3f5c352b1297d1dab4c', '2026-11-24 12:00:00+00', '2026-11-24 12:00:00+00', '2027-02-22 12:00:00+00', 'e1cd42685a19f0c4', '7ba9dd69be8d6c3b', NULL, NULL, NULL);
INSERT INTO public.corrections VALUES ('ba93ee7ec995446996ebb953db8dfc3a', '\xa5bacbe25d9ad9f44b19a9323792e055e4dbe83df6635a8665851af56ea79936783310fdfe02053f4b1b0f47a9523a34d3c932509c5d1085e2b4c1caeaf663e6f0ecedf8f37bf4468658492089369495510548ec8b047714221f1c0e916dcdb63da0baa26b0fc89d012c042251734d71ef1426836f714c013cd286c354b5ba23e8', 'Iga', '2026-11-24 12:00:00+00');
INSERT INTO public.day_counts VALUES ('2026-11-24', 'channel', 'sms', 1);
INSERT INTO public.day_counts VALUES ('2026-11-24', 'contacts', '', 1);
INSERT INTO public.day_counts VALUES ('2026-11-24', 'language', 'pl', 1);
INSERT INTO public.day_counts VALUES ('2026-11-24', 'opened', 'high', 1);
INSERT INTO public.day_counts VALUES ('2026-11-24', 'topic', 'disclose_victim', 1);
INSERT INTO public.day_counts VALUES ('2026-11-24', 'triage', 'high', 1);
INSERT INTO public.evaluation_rows VALUES (761231444, '2026-11-24', 'right', 'high', NULL, '', 'victim', 'pl', 'sms', NULL, '2026-12-24 12:00:00+00');
INSERT INTO public.farewells VALUES ('25aa956aa1d24217970c77da44ece56b', 'sms', '\xa5bacbe2de239ee2491f5e5731aae1d125d472f0e372cabeff63b9e6c52efd16f9fdea185c0e3a3a74e8d5414d7c3c15c8447b7627ab7280a7b1f8eb10070709e48fc020ccc83a742c228e5295b0268560be701728ad1559cf58333a68f7a52baabe35070ac63675b428b7becadfd730fc2af71fc687692d658ed8d7b7b5427f80b3dea4f3a2ea1f046b97ed39bda09abd4f3fd7cc3d57457df1dec2acbd0d591f260109c2538ae6a5e6fb26045930a043e2a03ffcd697da505b27e747ad988709754d2c8ef6fbf0e576560741', 0, '2026-11-24 12:00:00+00', '2026-12-08 12:00:00+00');
INSERT INTO public.further_pages VALUES ('p2', '30e93273b6344013921cf5d05da58661', '2027-02-22 12:00:00+00');
INSERT INTO public.handoffs VALUES ('bc6a42248acf4f2cadf5724faaefdf36', '30e93273b6344013921cf5d05da58661', 'screening', 'high', 2, '2026-11-24 12:00:00+00', '2026-11-24 12:00:00+00', NULL, NULL, 0, NULL, NULL, NULL, 0, '2027-02-22 12:00:00+00', NULL, NULL, NULL);
INSERT INTO public.messages VALUES ('7c3be84d545248178eca4012f40987c0', '30e93273b6344013921cf5d05da58661', 1, 'person', NULL, '#09fb68700ca31db014f5e169daf302af96209a6c8a921cbccac794d93cd8f334', 'text', 'answered', 'pl', '\xa5bacbe29b7ce30e752ca1db04e63c240a4cf65acd89d0c6cbc5905ca93e93470ec7bda01d2fa8de02f09bb82ff382eae7e1d1f8e0bd7b2d388106556abeb1f2fdac7e9671f4ebbf51c0c7fd4b8c6d3f', '\xa5bacbe2b9bcf926ff53da22fc83d079115ba28b2d3e22f40874efeecbc2f8604b205090d55bfd11989aad1953fd4f1ccd44f4651ce2091e8dfdba876f9f91ae8bef162b505a7746a4968b35b29270202bba92e46579493f284b91db1d15e40968def07ac32bdb8c0ecbbc3848924e42fdb7c93e079681808d2307460739ed157d34d736df8f131aad73cd0b95a3c66e4f5f0b90830f011a236f94e756b5ce18ddd2fe20f4366dbee62272bc585208ef22f1fa059e75e670ad79baf01d06042278d04f56a054d7ff2dc27d67dfd16c4e02fbca2bfa938646e3f500ccc9504bc5df9aac6065786d73f3201a459db8556fc8e0a3b63adbb44f156a75d187ea00bd581b2e067cbd37f144dae1cb7f449d573c855e671bec6e29eb19720da9364dce372bcdf1686dfa2047740085ac8797420980ce2764d3', NULL, '2026-11-24 12:00:00+00', '2027-02-22 12:00:00+00', NULL);
INSERT INTO public.messages VALUES ('5cd65e67ae60453092f5988140496cb5', '30e93273b6344013921cf5d05da58661', 2, 'bot', NULL, NULL, 'text', 'said', 'pl', '\xa5bacbe294533aad662e48bfd2dcfcee4fe84ccbe68201f9ac5ee575e270fd97635a8cbb32943228ee9c69d436bed0cd019cc45cf3f912d3a090563bd070136b7d43edd1762966f06aeaf0686851b7', NULL, '7c3be84d545248178eca4012f40987c0', '2026-11-24 12:00:00+00', '2027-02-22 12:00:00+00', NULL);
INSERT INTO public.outbox VALUES (1, '5cd65e67ae60453092f5988140496cb5', '30e93273b6344013921cf5d05da58661', 'sms', 'due', false, 1, 0, 0, '2026-11-24 12:00:00+00', NULL, NULL, '2026-11-24 12:00:00+00', NULL, '2027-02-22 12:00:00+00', NULL);
INSERT INTO public.receipts VALUES ('cae57446eb4cd97aacec83f53652b977250d52c3a7079e050db9a32a8191675f', '2026-12-24 12:00:00+00');
INSERT INTO public.receipts VALUES ('145dbe38f22f76574c5d7c619db50d0572e522b96417e77f7c73a2a751940cce', '2026-12-24 12:00:00+00');
INSERT INTO public.return_codes VALUES ('30e93273b6344013921cf5d05da58661', '462150', '$argon2id$v=19$m=65536,t=3,p=4$leU9m2sdQ23EmCS2L0KJPQ$/NTWpHyvsl+aVPb1ijy9LG0/B8fMCqt2QUxjd0nSZ0c', '2027-02-22 12:00:00+00');
INSERT INTO public.spending VALUES ('2026-11-24T12:00', 'e8a4dfbd4f7aae5cd7c019b72a68963d', 1, false, '2026-11-24 12:02:00+00');
INSERT INTO public.spending VALUES ('2026-11-24', 'e3893d058f2646f28b3ddb0fe6dd2377', 1, false, '2026-11-26 12:00:00+00');
INSERT INTO public.spending VALUES ('2026-11-24', '', 1, false, '2026-11-26 12:00:00+00');
INSERT INTO public.staff VALUES ('13ffa198517c453b90c1670615edf960', 'Ola', 'consultant', '$argon2id$v=19$m=65536,t=3,p=4$71Ftdye4almKBrFv/OL/wA$WMsTowy4p2mcdHatANIX/dufJPepvotQj1kZ8BcT5aw', true, '\xa5bacbe2c9e48188e31f53a909919e01e2963176047322f6cb51d89d6994b542197f845710b575ab41ef245d34bb22d0', 0, NULL, 0, NULL, '2026-11-24 12:00:00+00');
INSERT INTO public.staff_keys VALUES ('13ffa198517c453b90c1670615edf960', 'k', '\xa5bacbe2d3c303dd1dccda07681aa1cc6f27231899e4f8b595fb12009304ced32e', '2026-11-24 12:00:00+00');
INSERT INTO public.staff_sessions VALUES ('h', '13ffa198517c453b90c1670615edf960', 'c', false, '2026-11-24 12:00:00+00', '2026-11-24 12:00:00+00', '2026-12-24 12:00:00+00', NULL);
INSERT INTO public.triage_changes VALUES (1, '30e93273b6344013921cf5d05da58661', 'none', 'high', 'machine', NULL, 1, '2026-11-24 12:00:00+00', '2026-12-24 12:00:00+00');
INSERT INTO public.triage_changes VALUES (2, '30e93273b6344013921cf5d05da58661', 'high', 'emergency', '13ffa198517c453b90c1670615edf960', NULL, NULL, '2026-11-24 12:00:00+00', '2026-12-24 12:00:00+00');
INSERT INTO public.trials VALUES (1, '2026-11-24 12:00:00+00', 'cc071ee2e56ac4f23887543a275764e67f0eb8560489a9bb27d28342aef5196efafe1d2a0a205a039cdab2bed6ee3711dd64b22f000ae0d5b8ee5e341bc5f36a14d161999f5d688e6142b6212e2984be847aa7bd0e79048fc1d74199e12358662218ff6ff3d5f333dc4711e67af46e390192f1fea10e3705f43f0c18d072e87f2cbc78672eb5396d61226235bb81e3fdf544dd7f8c19665c8b6c96b44ec0a69a39614f4cda49c37887953def7304b8fe3a3ac2bacfedee5bc99482605c1ea71e8cf48c626eee76e31d87ca7340dac37b8a63c927d191336c6f61d4ababb24e21ce430f50c60883e70d55520b20c4cf646a5548ed78a192389cadf6820c0919607a9ea6eeff70219f954e6ea3e5fed1f19b7b4ef3adfca9d82c8b0678a07a6a80bb5aba6420a6d5013ba0a4c27dd867324722ef7a323f7914c8ceb3ef2554fb5115c13c77b1ea521e13c8a8b361f94c5a2b826973f9d15691403a22d6234e7cfccf119dcacfb2bb2995ffefbd22ebfb6e6346bdcf83958315ae2a031b724386b10571c7f01e483b788f03d91f4e8fdc405844579debc1758e4442d8765e4bf2b2a3c326fff64e092313ba4d2700e720a30438e6e5036eb9f9d87e7385cb779e373d0dd7a4c78a10ccf0ba7445c2aa543c24238767fff16c014d951bb1f25ab31f428025c159f9b46814802f27f666aef69545c34b0e1cc84d6f928ec4dd6539c384b0c72c157c46dd288293b2f1c58d3f50cbc39638028123d2d18df6fdca0f679c064096d815a212e93cf9cc4172cdcc024839f91efcf08ebc022ca71e21bd3c069d56c0d854b190732bcdc2b26ab45d899a728cefe41be383a1c4d4c87d0c0b5e74cc06fd32e83e79b5394dcf2ec6f4996a5b16b8769c9fd2bab0c2270802239a0203956b3eb5a34910b2280ce6d791ff1dd2100ac84c495442dda2cd9870406c7a41974899daaa83da390416a555679c2e9ad2ec6649983ce58eb6aee392e847e70a56dd75d8f491d28611a569cea799cf021b9451a25b9d6b274320ef10cfa294e899498917f8d5f93a3ca319373bb5d6f545778a6f05cbbbfdb42e058f51f58a648c9e77b512506b25a011523a7277904ada5b2b473ea654ed0f43f516cd6c9940c59ff5aa4db9f6317282ce263c7b422ecdddc32e6887bdce2e17fb42cd2cfbecdb00edf1289dbf264ae3d1ce4bffcfe8421c2ad666a26e2f7fc2fd438a0010af8329e7f019c50d51def981ceb0409fb8c83f63aac8ec12d65439e3d7719c57cd0e1ba22b7975cb3238d83ff5adf45ee2ab2ffeddd1f9c232148ab019782459f96d7e90591d5fa370ead8ee91b95d06c636ce729144122b94f3cc39c52b6064c686496200c86fab7ab92a4febace9d6869ee1edb7a06d10492efed34b34c7e9963561bde32daabe22afb06e76996159fd4bfd78e05974b95baec32120e2097d5e530e7069e1eaa923d45f5c7b04af2c42659344c17ce911f14b9a09944debf4a04721caffd1908b119096700862ecc80d78b331423fb7b6a429e61ade603496268254240428c072fe60922b7b8bd5b45a3d3ed80673d03c7bc3f428ea0b6eef3f31e9c2bf18c8c0399246ebe68483aef95355017395f6a5946a5952dd5c72635d00dc0708c98b04b4ffa6e1ed2e267ed73dc3928fcaaff15a6a84f73cee59b4157995b1a89c18466b2f98d680506d458cfbfea4429cb40cbcc41fc9d1967788d35c218bd7dcbe41ce6d8786cdde98bf8ee2b3981081a9296c83c4faab931fc06d9a2ae001d07441384a6754c460f57fb37daca8c0dbab7ad4e0d923a29d13be8befdb0bd9a60bbe19965bfbc458568667e2af305eb4169c69dc2aac673210d7ebae32fc5e9eb809e032908cca42eb193326f4b8b9cb9ab1725f2f9ddd4bd331bc99543abac4183b1da12d89e8b3561c57e8ccad38224f86ea32619f3b5f6c69d29fbe80ec8ab65b612aac753f0707496b51bb26db7c118910574535f91720b038d78c36c142c91e1cebc58ea9517df85850d25e39b44e7ca0040892103326016f149534701f7a42f4431b62403387596ea6828153f316d7e719583ab63d5d751f8177b89d6df5664dca93a2eda68f13c39e7bc1de3c1b91df8b7748debe421701dc858db44886e53eb2acf0937e15c37c6a9bdf0a0af01ccf6954042438179e891aa81fae434f42dbda3b0a364b81cefbdd68a7d96c814557ee9cccc88f4a708c840e05109f53a2d2bcce57b79942489c196b7dcf1e4f908b5d4050c23d81606474f7242df62f3323d76262795dad0c55ad98240114c45ad4f68e4c96d6de2b9440e8068d9027bdd89af58c9d6387c7d8946a06f7802e38f4482046ef77ba6adc40b71307a22d4884b656f6ee4ea807ac5ad92fe4bc3700d46903cc675ceb97760649909bc47fe3c10631289fc8ab7bdff2a6ad121f56393ae681fc7dfd4f7399763117b60a7e23bd5ef1e536bf9b53a7510348fac539143fca7e7c4f02f23ca198c919b45e6a1159def8ec16201dc3cdcac159ce5dd1a9cc7848fa44f7631c57e8609493efda64e125b4e16703a434996b599ce17d88ae99f9ffe6a73d66ee368985a06aceffbe402b6fb501ebb124611ec27a5e32b172b250be7afc2c572af4165157c7f270fa2b15f6e3d501fb29b1f6e23015ca5bb00f96faca56cca2bad9599145c53268a9cb7b53195b40ffa35fffa96e23a1b9da946ffbbd17e20b06904c2c9f0e0a02e403d9398903d21c5b60d07655554121306f5eac388b46f35d1811646498f50d652a8d3766752d141c102a6c2283fd7dfc7049f8a00b750fe6588586029c2193438c7111af82a975bd8a9bb5de716278368ab1d4be3cd129eccf426cdf2b311ed1440c45a0a6e13e8ee58ed79f02c17c7fe8247d9f6a02014a5dc6ef320ecb6527913533b4d4c981f075db60d045fe92181625a1adc43fcb4316dd04712910a76906745182e006a270e3a12808d28a1ba306f784a67c2440d47ce5e656eb5e9f4a068269c27ffc33145931bec57a2849cff4ed3baf9e937a230155eac73b496bf4c23d5e041034480fbccd08a61956af6cc97539f3e6c01d35bb4c96e7989ad3fd6af5583a5f75ba086dd04035f4084ee45231fee355d3e069885ada6a9472aecefcabd8911c4bf48352d7cf37a2c032c9ee65a3cd26f7e317dee2638e27d0123c81c6d5d886ae40a38d3ee462ffbbb6f34180a65df360ae418e9012b4325b1a9845aafaa49eeab9020ba5802eda09259efae6bc54e91962d2cf044064a9b4b8e960a61f105d70faf648dd7482c1f4b788cfd64f6c238925b7a325c9938f4caac58075d5726425a1b308800415dffba23b91ec3685072f7d4b82b3ac6ca7f4d75df41cb6ced34a21f24cd2b1e32b7b2a0eca4575ebe919a928091c5e92998aa26b4cebdc04dd8f8d6156f8b6595802775045faaa7b360da49b1eb2df412ccd4df1f1cc7cc018baf0a950765cac5f8f338843f70609f57355805ed868a5d6f0febe09ddebb87d96b7d270023a4d9a0ccfb154fce1319f82c1a6dc8276e0161c204c79c0e6f0ff78ce7156afd7f249726ddba190fc2263e16aa0f016e47cc086dd3486b5c02d6e978437bb9a94ef47d1fa5f96bc55d3328b68245ee417873dc9862ef2c2577ca9b95f9b0571ce8c1e4f79934a6dcd3f4d93368f7214bc705bcd816c8d3efe78cbfd72d19c1600ee62e6b4c6b14a1157503b5f3b73d09be406dfb0db04e949976beee621f46124f79f29084fab0f799ac9b72f1695764c3418d54d6ab6ef15a51c15c4e826da1dba51b4e93f641ea54a9e59419cc67ed09b961c17060d5b74025c6a4fd119ee9b16839a6d7ed88ffe79c137952109ce0fbca568faa2cceee5371df6f2e44f3772de36459174bd929cf65bb61e2f20402dfa4763f22916be1c5210fb358b1eb2039ebac2e4b37c70f094e9fd7726ccae72881e41fe7cc8bb387e5111ab4e7cbcd46a8b63d8b7eebf5fa2bd4ee50b532aa0db1ad48cd035d134a23b4742042816417c208d312c9670bafc7eb3000466e155af7a9e53c5e75450e6e4fefd2071550e915ae9561ee191344daa2bfe4cfbfc0e70d8a64323ec6e246e7066a750428d783e6b34bad9bca7ee1fdf976fe7bc4c12d8cb2d276626e5701f12d56eba5e3c85787351019e688980837f36dfa8c4879ac54d59939a61d7c5aa9b5d65e60bafe80b334f78f7484f420d349d5799bcab940a058503ef717f205c54fc88c91e28153bd8ec60af07d763e8a3ede1027efb408de4e16fde4b32a291125a78dfec7944446911cc53066b0156e4a0afd19e4f0be7cff39997d28678cf957dc14ccfe106f535f038d77b67ccac615cea369327a8b47d88268ac8222edbf25b8bb71fbba1682d27de78132e9f4e07b9a295246d5982beaccb11057babea4b27af8539699f733390ae97894c0255eaf419762efbf3d4d32785bee609041b375b09bef1ad2d51c55888bfcd97cac0b98ad517840d0742445afe231d2153cc7f73ed1f9e49675ecaf1b4fb05c27b38c380dcb46ae5afafd49e0c81248b0384d79d0fd85c1ae244eff782e50367e7b06e7c677327f2a7d2063903f818d4d7440d59cab085f60bbe000596bff4b22e27fbb51d45bc1ea3061637abb4510492afcb2d2cc9d466ec18df6b4875eab36c813ca6cbf01452fbb2c973841101b851b7282779e4d53a7bba9aa362e0bc5b3e55014d97e9e5e801bfb2422d990685a2df343f8c2ccb6d3c37cd14dff4251442be8de5efda5fd490b10bb84b00832ccf64c87144ed634b7a6a00cdf19116315af5cdca3de9bea8532060117c280dc5df1cf7866ec1cf8938d15d2a8f6d970f05e5c6950958af67c3181cf9519f83f47e2f7feb5e2ddb9705b7555d98c8120f6e1df213e553cd323d6c5139b3b83b45e6b43aa65f8ff4019611f17958259103fdc95c002f12185d7c23bc746726e4747a3b3a2e4357b1c2c2ca23964f5beac9776fc1915a9a4c44721ee824ef3c575fbf8749707d707a09620771fe3925af0d27e30098544d50eda7cc5becf3a15b1cfcf90d350d26806f5ece974c7240c3626aac8790ae011d6bce3ce30d7dfb06c840e09047a9e6f454a26761832b49c7e13377ba6cd92c41963bfde081d104e6b53eda20eb1a8edf8a45e0b2869494f1951f4a3511e571af8d82ebfccc1598b3d97aaa303836ee053cc36bc12d9fd8ce22b2918c54e996d60f0513cb1dd26d6add58c67920a6b5009d3ecadcc9567fb4103c1944aa79a0ae5bad6f212f06242860b87c8873b5b91d28f1173af994f29bc536424628650f980dbdc6d2600f0405bd599261f6a3093557f63eaa777a9b3b59244c5054ddfc015d5fa4148085cd45ba7d61ed47e85ab93973aa9a85b0169e7b2dc8d96a61618d40411fc712ef91f0bbdc5e935226449e09ec3ed6c3332ea86a489510987771e12b23da3f44b33634bae2d36f357d283a4d6ee59cb2b37ea5987dfa8a2e6e2a004882c0168659f95e60d7147592719572313e35c9057c5935b62c5ab56e902b83a4ba74ab33b3ed84dc5c4a560b26223f1398a4ea55b7cf187050386230b59ac01895df0789d132f92cea69175a5e7a6e578a79d175f00e1c9395294b599f2b0443ba073d9d5ea152d2e381b447442cd2e480cc88d73a33faf3272660a6b027af2be5e99a3b3ea21a2aff29f40b69fd6de773bf759a0f4e4f5cc4e841656cc8d3777fe3be891dd9f4e606a0f865d2faf4bcd31f7bf309c7c4ec48d524759fe76aaf61a619bfb830251496971e5586739933fce2dc52ef98e1104c474c658f2b8ef1e0f786ca52a3d179796583d80535b95e7edda7ba920d1efd942cbe6f30bd8c18013c06bfe783e34024649e4ca291e17042ff710fac47ca535d9a9bd05e1063cd75fdcee85da324ea78a7db68c1450d719148d03e42bc77a3af6d9edb6b35a77e5d667c88401956c09c67fcdb6c0ce131b59cdd1e794d45790dcae04b1754913d97cee0be18001c68553ec2eeaecccfcfcc0a12a5a351307b16629af3cf5bf0d955d9edca0a90aa5f690cf23a6fee309ee6601f349815246ffc0984150727738e57ae5dd1d7c596061180aec57e06f79c968178e2b4fe313464045aacbfc3c95b670d43af32e0ef912504424bb9ec7ecab5359b882525502ecae232121d7f310713b0a22d5483ce2a8070df31f843d042aec439a5467e05eff9c6bc9881ab096f1f3f4901b8710eff98e322a0aeaae9744f6b6738e0925d7af59ffda5309a5d6f88e8c277b59f93a643b8e151fcd1cdbc39f6f9f6b0da244a3eb7b5d3c3371fafa9c7f223dc5fc6197256d58aa2cee810e211468f6e3ed258195f45c886b6a1b147cbcad1fb79467505d2470b202717d06b689976f09fa472d1dba9cc363fca991076c04a50c59254d2c05ba5d7ab4097ed9171eb550fc8892392a4ed3b59bdbafaa8eaccbed9b39b2bdee66161e7cb361c69d3a6519105846dfee573fdc90263fcd2133547cda75e3bd731f181c4062abbb1c1afa411e197c938ffb186db6f11fc0335f589119d0c9d52a6da7d5a7013786d22d6799e17dfa66fe7f4d938b8cca48d4f98b7fb6b822960f5becde506c29e8f49a274e159ede5ffe6a2ac6fd192f622eff4a6fa8df5630df14bf9947bd3e091d8685eaf49981a6de80b4e46d3184903a51e684c6232de629d737cd36c05cce75e0eefd9ebf4cc2500853c701638efef63678baf7710df23584cd7154a57d686750dbd2bc59d2e867f3027e521f98f5870bc605b63c3a6d71ab086d8a6bb8142dd730765a737353116673b7a1c6d8714c8a701db0182aae35d6d7ee2cefdf6fc8db1cb36539cce8a7fc304c53997bcef55644a6515e60bef04196054591a90c33c013c45b9c6ec40920314d984a8cc017ff894f1a17d9799107aac04d5ff4fe1ae648c60972563fbbcb76de7e1ad6a0e5da588bf71e3d43b9abd96720570d8de0d5ba116e8fbb8a3965cd3dc4a6b413351547c5b720619abe94ec412757cee2b4a4aa37e579823688066e5f1db7f5ac0cf075e4f4ede6a610134f67def6aa93faed38120c0dd519fe74cfeb97ef9f23e3858f7ff30111f2d9f4c99e9c2f0a5fc269a9e1ec8f48e8d0cfec54bf4b484fea507876b0a671d6f13dd2034a5a93813f591d914afbcfdef070a62253a65821847943fae7edc84380b2110346133dfe43aac5ff2b6e6cabb75bbd246f4269238024eaa850f609a462d159df8bbc5cbfb64dc62428f96da4026aa8367e3ecbc2abdef28a3126fdf2ea64295f7d162136cb0b8d764e117e27a311dd4097bbf02ac45c8a5bacd37f373ca390f5e9d28cf6a2025d3a4dbe479ebef13916e72270fa7964a53540afe1b856294d3dcc17a55c8dbe5dd7eaae3679c4379f01fb54af239d27d68a00728d7edaf2529f32e5049376a6beb4a387bd645ee78b449f4a6e32878078b6bc830f565c2fad59911e9d674e0ca4bf81261438c97e1e940a6a30878045c407bc66a4fde60bb3f07d05dfbf7ab879b3d3e249644fb64080f69037ec9768e7734eee9975d1af8a646bf65437f5cf48838f8fe536ed1fde31121b5d8399025d76ff6b6253abf0c27bfd8f048edec516f1d6e8482942c9a93a438f8f397686007eae08382029ad38f9fd4bc746da37ea17f3b3b748eb2f3e48c31a9361749bcd1922ac1411bbb2b82045467f35da932d2fa4b984988f28af9a6eafcc154eead08bc044f68337ed9fccae5af7df6a672c48bf84dbc82f6bc0014b84178c9b3c1e55b0fa90294f2359d3f73df25d234a034d137e43e09aab504627536e7d3691d415a54d522e279bba350780090f29d8916073ca0a20c071ea821bb0a52d10b35b39d6abf66c7af52859b3b2088d36917ca7656c28f02715069a1278b7c3dec489c49b2968c346d895ba6bf59381a31335000b2d8c2070f01a765e797f625946be4fecf932b35d8b2c70937b2ddb27f874faf21052bb6049113f8d3fb90143f20a9c18f83c8ae87762e0fdb4b29055357b586841b10d50c6609577644cddab5712f08e338d783eea901ebb0017390cecf0656fec49264857abef3e5885b0f8b0483dc43ed05df466ba36ce1ddfa0553bcb590fdcdd25cc5213ed3fa3c2d3de6d97fd8c889c1fd145a1c029a0161fb345c415f31c26eb020e3747f6f922a8d82a1f6bb699176e85e0bcf60b71b7020b4429a54808bac00f466c5abc68ff5b9582b6511b3b468102820060bd1c518fbaa75649e111589cd88502fbf9bba47a23c729b51b2df7cc0edc67cfa0f05b8c59772a982dae971c48ebd26257c39826cfab1bc586d2c4b7a7c177e15d39d47a4a9156a37dec4b0d5f7f5f40898b2d60f662318254860a7c54102670e92b8f9d7e7b4a1266d7190c4a0b165ccd41b36e401606ebe0cd028bc97b6cd46c37e11be6222817e528ba9f4a0d5777b0c48b4996d6272c1e7bb402a87c6e91b5662ee68d8ce99d3c22843392400f47a10d3e180eb59c3b2dcdb2e372f1a55640ca14946934bb5856bfec7ee2265d916e955053990fc57b1a87d09d536fb48156ee59d079448b1e7c09b5911a543c55d1f8135be14a270b789f18ca7c42b5c5d8f7f49362b7cf77e8a94d8ab9ccd81f253dae0e4a840b46b17fd52b0aff745aead7f9c34a843fbb96d233cab39c346c2b522366da389f2a89e08f35507e028a8d891a5ca0dbf92b33e0985e42fc958ac500c6102bdee51308d44f2348f01ea3eb8545779a651ab60e46296d4c8a6b45acb73e88b36438dc85a80c2f459a464671f8806aba7739d51749e92b183a0d5349730710ef6dc10d1d16edfb22effb1cca41aae638fc86776b7ba6bcaa2f17529df8a5f593fd245f1cc68d998ba9b53fb70eaad660e6bee1e264ecf6fb51b0eab0f098daa7f9056dc2b936439c659684b674cb847e26d6a0c89c026e8ba496f66f55b4ca3528750aa6d67a609c96bea862ee3332854b5bd1f73f669fe4e37a48ebd3dca1e512ae40c02ef61702c89519b7c9239d0fc3122ae4a79fcdac53266ee8b3ff6e2596cf0405f1225d87a93570144eb689732fcb3c94f20ab93852e26489434f35d28ddf81b1df6775850df55b7ece00056bddee62eb35d42f95c198f4c5213711010325461086e07c601cb882bbe85310582370fee1c47a8e9e613d0d99c4ac8c99a38d167c5949704640d055b692dc0ae7520e881ea5383fe66cdf1507918fd027ce06f25a4da56e9ef37a08081a9a30f18f411f9e1a1a347583fababaccf3497218ae0b1112198c24dbe345ee623a7c6728668f0881dc7396d50bdbbf121267519ef854d44c6608170200d1c88f92be1bc6437096e99ed4de4df03bb09fd290ec66b53cc3b0d8c06a2a5dbd7f95e77576f1e0478456a0f01a52d56cedfb9bd58bf5610e32d6c951bb127dad53a13270a5dad6d311121102ddce1f358db899c57fb4861318744333fbcfa3dfbbf4193004b2c59aceb5b3fa638dd0bb50097f64f90165c4082054887c92873d5e97563279a82b44a11c8e47aab56421e8ccd52672a41da9f91644bb9b469a48701315c21a1ae4df5d6b46fa4ec49df61e46fc58661c1c9e87fb4d60fd9be6ea1770d64d1f925c4b86cbc9d0abd6bc75e34146ebdd8ebab05d16c7b82bf817e7c259d1a5d47f6d0c7c8718717f69621722cd7dc9a35a883eab7e334e303aee6f1b18f9054c68b0266598dd4d85dcb05015281a9bbf53e4a39cb1ed9d5da852d9c36e34f405db42cf2b1e5a67fcf0b5154e7df55d398d66150edc56f06f5b40a3b3363faa3f69e01ace3115fd51eb88d783f8826b57cb794a3afda76b46d092b9c7af89c3705b3d23cae1a61db476438bebe9863974355f88a168f8c614d548f02740cac6e250498d343fcdbdd857a84a7a127a6784e41c70819423250bfbac24c9afa4876a48625d3a0f1f6c6f3096cc59e20e8d3eacfaf3cfbb3ab3b5c50e98938e844b756d331fedb78a36433129e82870d28b0a8779af2ce8f9c74b18c138c31ce34c0d66ceede6b713123598a21137b4831c5ec169191833aff4952673fea70450b2167cef57692b21ec26de60240d2f2bdb861a03b414246da5737452fe20409b4579f5f33d6817e96f8da44781349606e8e77c7802dd8065c5bd53233d49696f8bb00cab4219decf77ac4f7bb0739eefb2764de60f7518c67f91482a6b578d253e1c94e4f41b05a963b89b9a054f0c506d90980aab721ab5e7bca044270d5fbde44fa3a3bf83d7d54b0c7a74b7832751251f0ab258c5c607f198946faa3066144edbe302a21a0127780ba331db87a812cee8bc6c37dd493026e753ee469826300f36659d51d59f1f7bc36145649469dcc42b70db564c24f0fd89f47851ad7b749463642783d38574d4e8ab6884a030a2a19b8c30cbd9d6fdf8699f2877aa2cc6bc29995abbd5aa1e5f41d8423e45c79522d6c7e3171883671daade60bb5b5d0d3b3bd0c81d243700ef5a589185052a7fee7f69f308b47897ee43be167e4ab5a78a3095aa9ff0f802347361b6b263cfb5271a0b5ed667ca4e80a328ab2811a24e4118cdf4011a621027f3c7792dc77cd7872ab5d056b94f594033a503a921a8397cd68787004cba9d1e244ea70c2f80de357ebfd4430956cd1d49d33d337431177d115416e6123fdb5f915e17ccd51dc43f7172b83b8a99916aa5a56f08bb02f09dd65577b0b9c7f2d684e1c25218749cdfd5e3ca0a72c6893f6fc5385c84ba0cdbdccf6a09c2f268bb1513a373fb2c8ce0b80ba9c09f3908163ff2fc0e428e2bf905cb712eb4858155380c98e7d5d656f2891dc38990ec4352f08dbbf7fafe179e4de085f41f4d9cdeaae27593ec1c5a1b2607c4a3bf3a2075a2a9f60a1946ea8821575095c3ec84581dece667b5fa1bc0dd45bffd818506ea46c77de60dc732dadcc5d7997575f567d5943d09297f4e3e95cf90208c0ce7f6e4c02faa0b5908a2dbb2804139880059c42f9a2ba478e9d1a02da3b1bdfe81061e06ed8825e74572c6c184175302d637b2ef0f4784c9f1619809ac52c3ee063d36a5c0d0c6c639099149a873af49a6ebaf659b4ac29daf87ad906252c7a65206329acb7aac18fef2ece59b33ab677194449200acce39892b9ff6048bd996895338952bbb1a216b52525337dc145514126ca361cc416a1681daa8d6c0a86b79181609a34c42b2edb8d8510fe40ad258d9c2b590d1082bffbc65cfca3d814ccb445345a8282765385a5de773525eceedbeaae17547a79843a5d5252c12d3335163ff561cf530211a3759be41392a87d00cfc853626c61dea3fa05af72ed6d5a5f7a6aee4e57eeeba92d39e2158381265e2b8aee0e6633a55d34adf0390885426e4aa90d9a47a58f8657803a80905f731a9d7b52e20ae614be2237e6ca4210aa04ffe60e3b1e011a19a3f4b2f69a8356a200b586eba19c9382e6552f7be58232232ff312cb6c1effe786543bed610eddf5eaec2eba0fb4a302ff9500f0fe6c688d544b33e1f6823b72d399715891e2fdff7d88aa3a5c74f20d956c3591acf369d7f26badac4c56ad4cb462422a783f383cfa550dfc0ad2f906a5587b0bc76f57d8cd411141e9a94c144fb5c49b44ec5e640e7fc9');
INSERT INTO public.written_answers VALUES ('car_there', 1, '{"id":"car_there","matter":"shelter","audience":[],"when":["calm","waiting"],"facts":["N34"],"asked":{"pl":["gdzie zostawię auto"]},"words":{"pl":{"title":"Samochód","text":"Zapytaj o miejsce na auto: {hotline}.","again":"Zapytaj.","quiet":"Zapytaj."}},"in_english":false,"next":["shelter_rules"]}', '2026-11-24 12:00:00+00', 'Ola', '2026-11-24 12:00:00+00', 'Iga');
SELECT pg_catalog.setval('public.alarm_calls_id_seq', 1, true);
SELECT pg_catalog.setval('public.case_events_id_seq', 1, true);
SELECT pg_catalog.setval('public.case_notes_id_seq', 1, true);
SELECT pg_catalog.setval('public.evaluation_rows_id_seq', 761231444, true);
SELECT pg_catalog.setval('public.outbox_id_seq', 1, true);
SELECT pg_catalog.setval('public.triage_changes_id_seq', 2, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.alarm_calls
    ADD CONSTRAINT pk_alarm_calls PRIMARY KEY (id);
ALTER TABLE ONLY public.alarms
    ADD CONSTRAINT pk_alarms PRIMARY KEY (id);
ALTER TABLE ONLY public.answer_edition
    ADD CONSTRAINT pk_answer_edition PRIMARY KEY (id);
ALTER TABLE ONLY public.answer_gaps
    ADD CONSTRAINT pk_answer_gaps PRIMARY KEY (week, measure, key);
ALTER TABLE ONLY public.answer_switches
    ADD CONSTRAINT pk_answer_switches PRIMARY KEY (answer);
ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT pk_api_tokens PRIMARY KEY (id);
ALTER TABLE ONLY public.audit
    ADD CONSTRAINT pk_audit PRIMARY KEY (number);
ALTER TABLE ONLY public.case_events
    ADD CONSTRAINT pk_case_events PRIMARY KEY (id);
ALTER TABLE ONLY public.case_files
    ADD CONSTRAINT pk_case_files PRIMARY KEY (handoff_id);
ALTER TABLE ONLY public.case_keys
    ADD CONSTRAINT pk_case_keys PRIMARY KEY (sealing_id, staff_id);
ALTER TABLE ONLY public.case_notes
    ADD CONSTRAINT pk_case_notes PRIMARY KEY (id);
ALTER TABLE ONLY public.case_sealings
    ADD CONSTRAINT pk_case_sealings PRIMARY KEY (id);
ALTER TABLE ONLY public.clock_watch
    ADD CONSTRAINT pk_clock_watch PRIMARY KEY (id);
ALTER TABLE ONLY public.conversations
    ADD CONSTRAINT pk_conversations PRIMARY KEY (id);
ALTER TABLE ONLY public.corrections
    ADD CONSTRAINT pk_corrections PRIMARY KEY (id);
ALTER TABLE ONLY public.day_counts
    ADD CONSTRAINT pk_day_counts PRIMARY KEY (day, measure, key);
ALTER TABLE ONLY public.evaluation_rows
    ADD CONSTRAINT pk_evaluation_rows PRIMARY KEY (id);
ALTER TABLE ONLY public.farewells
    ADD CONSTRAINT pk_farewells PRIMARY KEY (id);
ALTER TABLE ONLY public.further_pages
    ADD CONSTRAINT pk_further_pages PRIMARY KEY (pseudonym);
ALTER TABLE ONLY public.handoffs
    ADD CONSTRAINT pk_handoffs PRIMARY KEY (id);
ALTER TABLE ONLY public.messages
    ADD CONSTRAINT pk_messages PRIMARY KEY (id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT pk_outbox PRIMARY KEY (id);
ALTER TABLE ONLY public.receipts
    ADD CONSTRAINT pk_receipts PRIMARY KEY (id);
ALTER TABLE ONLY public.return_codes
    ADD CONSTRAINT pk_return_codes PRIMARY KEY (conversation_id);
ALTER TABLE ONLY public.spending
    ADD CONSTRAINT pk_spending PRIMARY KEY (day, who);
ALTER TABLE ONLY public.staff
    ADD CONSTRAINT pk_staff PRIMARY KEY (id);
ALTER TABLE ONLY public.staff_keys
    ADD CONSTRAINT pk_staff_keys PRIMARY KEY (staff_id);
ALTER TABLE ONLY public.staff_sessions
    ADD CONSTRAINT pk_staff_sessions PRIMARY KEY (token_hash);
ALTER TABLE ONLY public.triage_changes
    ADD CONSTRAINT pk_triage_changes PRIMARY KEY (id);
ALTER TABLE ONLY public.trials
    ADD CONSTRAINT pk_trials PRIMARY KEY (id);
ALTER TABLE ONLY public.written_answers
    ADD CONSTRAINT pk_written_answers PRIMARY KEY (answer, revision);
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
ALTER TABLE ONLY public.return_codes
    ADD CONSTRAINT uq_return_codes_shelf UNIQUE (shelf);
ALTER TABLE ONLY public.staff
    ADD CONSTRAINT uq_staff_name UNIQUE (name);
CREATE INDEX ix_alarm_calls_alarm_id ON public.alarm_calls USING btree (alarm_id);
CREATE INDEX ix_alarm_calls_state_due_at ON public.alarm_calls USING btree (state, due_at);
CREATE INDEX ix_alarm_calls_way ON public.alarm_calls USING btree (way, finished_at);
CREATE INDEX ix_alarms_expires_at ON public.alarms USING btree (expires_at);
CREATE INDEX ix_alarms_handoff_id ON public.alarms USING btree (handoff_id);
CREATE INDEX ix_alarms_state ON public.alarms USING btree (state);
CREATE INDEX ix_answer_gaps_expires_at ON public.answer_gaps USING btree (expires_at);
CREATE INDEX ix_audit_subject ON public.audit USING btree (subject);
CREATE INDEX ix_case_events_case_id ON public.case_events USING btree (case_id);
CREATE INDEX ix_case_events_expires_at ON public.case_events USING btree (expires_at);
CREATE INDEX ix_case_events_state_due_at ON public.case_events USING btree (state, due_at);
CREATE INDEX ix_case_keys_staff_id ON public.case_keys USING btree (staff_id);
CREATE INDEX ix_case_notes_handoff_id ON public.case_notes USING btree (handoff_id);
CREATE INDEX ix_case_sealings_conversation_id ON public.case_sealings USING btree (conversation_id);
CREATE INDEX ix_conversations_expires_at ON public.conversations USING btree (expires_at);
CREATE INDEX ix_evaluation_rows_expires_at ON public.evaluation_rows USING btree (expires_at);
CREATE INDEX ix_farewells_due_at ON public.farewells USING btree (due_at);
CREATE INDEX ix_further_pages_conversation_id ON public.further_pages USING btree (conversation_id);
CREATE INDEX ix_handoffs_closed_at_triage ON public.handoffs USING btree (closed_at, triage);
CREATE INDEX ix_handoffs_conversation_id ON public.handoffs USING btree (conversation_id);
CREATE INDEX ix_messages_answers ON public.messages USING btree (answers);
CREATE INDEX ix_messages_state_conversation_id_number ON public.messages USING btree (state, conversation_id, number);
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
ALTER TABLE ONLY public.case_keys
    ADD CONSTRAINT fk_case_keys_sealing_id FOREIGN KEY (sealing_id) REFERENCES public.case_sealings(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.case_keys
    ADD CONSTRAINT fk_case_keys_staff_id FOREIGN KEY (staff_id) REFERENCES public.staff(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.case_notes
    ADD CONSTRAINT fk_case_notes_handoff_id FOREIGN KEY (handoff_id) REFERENCES public.handoffs(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.case_sealings
    ADD CONSTRAINT fk_case_sealings_conversation_id FOREIGN KEY (conversation_id) REFERENCES public.conversations(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.further_pages
    ADD CONSTRAINT fk_further_pages_conversation_id FOREIGN KEY (conversation_id) REFERENCES public.conversations(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.handoffs
    ADD CONSTRAINT fk_handoffs_conversation_id FOREIGN KEY (conversation_id) REFERENCES public.conversations(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.messages
    ADD CONSTRAINT fk_messages_conversation_id FOREIGN KEY (conversation_id) REFERENCES public.conversations(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT fk_outbox_conversation_id FOREIGN KEY (conversation_id) REFERENCES public.conversations(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT fk_outbox_message_id FOREIGN KEY (message_id) REFERENCES public.messages(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.return_codes
    ADD CONSTRAINT fk_return_codes_conversation_id FOREIGN KEY (conversation_id) REFERENCES public.conversations(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.staff_keys
    ADD CONSTRAINT fk_staff_keys_staff_id FOREIGN KEY (staff_id) REFERENCES public.staff(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.staff_sessions
    ADD CONSTRAINT fk_staff_sessions_staff_id FOREIGN KEY (staff_id) REFERENCES public.staff(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.triage_changes
    ADD CONSTRAINT fk_triage_changes_conversation_id FOREIGN KEY (conversation_id) REFERENCES public.conversations(id) ON DELETE CASCADE;
