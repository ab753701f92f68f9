import pytest

from app.settings import load
from app.ui.edge.hosts import AllowedHosts, host_of


@pytest.mark.parametrize(
    ('authority', 'host'),
    [
        ('localhost', 'localhost'),
        ('LocalHost:8080', 'localhost'),
        ('localhost.', 'localhost'),
        ('localhost.:8080', 'localhost'),
        ('127.0.0.1:80', '127.0.0.1'),
        ('[::1]:8080', '::1'),
        ('[0:0:0:0:0:0:0:1]', '::1'),
        ('[::FFFF:127.0.0.1]', '127.0.0.1'),
        ('xn--caf-dma.example', 'xn--caf-dma.example'),
        ('my_box', 'my_box'),
    ],
)
def test_a_host_has_one_form(authority: str, host: str) -> None:
    assert host_of(authority) == host


@pytest.mark.parametrize(
    'authority',
    [
        *(
            '',
            ' ',
            '.',
            '..',
            'localhost..',
            '.localhost',
            'a..b',
            ':8080',
            'localhost:',
            'localhost:x',
            'localhost:123456',
        ),
        *('user@localhost', 'evil.example@localhost', 'localhost@evil.example', 'localhost evil.example', 'a,b', 'a/b'),
        *(
            'localhost\\@evil.example',
            'localhost#',
            'localhost?',
            'http://localhost',
            'caf\xe9.example',
            '\xff',
            'a\x00b',
        ),
        *('::1', '[::1', '::1]', '[]', '[localhost]', '[::1]x', '[::1].example', '[fe80::1%25eth0]', 'a' * 254),
    ],
)
def test_what_no_browser_writes_is_no_host(authority: str) -> None:
    assert host_of(authority) is None


LOCAL = ('localhost', 'a.localhost', '127.0.0.1', '127.1.2.3', '::1')
FOREIGN = (
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evillocalhost',
    '127.1',
    '2130706433',
    '0x7f',
)


@pytest.mark.parametrize('bound', ['127.0.0.1', '::1', 'localhost', '0.0.0.0', '::', '192.0.2.7', 'box.lan'])
def test_this_machine_is_always_ours_and_others_never_are(bound: str) -> None:
    hosts = AllowedHosts(bound, machine='box')
    assert [host for host in LOCAL if not hosts.allow(host)] == []
    assert [host for host in FOREIGN if hosts.allow(host)] == []


def test_addresses_are_ours_if_bound_to() -> None:
    assert AllowedHosts('192.0.2.7').allow('192.0.2.7')
    assert AllowedHosts('2001:db8:0::1').allow('2001:db8::1')
    assert AllowedHosts('Box.LAN').allow('box.lan')
    assert not AllowedHosts('192.0.2.7').allow('192.0.2.8')
    assert not AllowedHosts('127.0.0.1').allow('192.0.2.7')


@pytest.mark.parametrize('bound', ['0.0.0.0', '::'])
def test_any_address_is_ours_if_all_are_bound_to(bound: str) -> None:
    assert AllowedHosts(bound).allow('192.0.2.7')
    assert AllowedHosts(bound).allow('2001:db8::1')


def test_the_machine_is_called_by_the_first_part_of_its_name_once_others_can_call_it() -> None:
    hosts = AllowedHosts('0.0.0.0', machine='Box.evil.example')
    assert [name for name in ('box', 'box.local') if not hosts.allow(name)] == []
    assert not hosts.allow('box.evil.example')
    assert not AllowedHosts('127.0.0.1', machine='box').allow('box')
    assert not AllowedHosts('0.0.0.0', machine='').allow('.local')


def test_further_names_can_be_set() -> None:
    named = load(
        allowed_hosts=' Chat.Example.org., *.lan.example ,[2001:DB8:0::1],192.0.2.9, café.example'
    ).allowed_hosts
    hosts = AllowedHosts('127.0.0.1', named)
    ours = 'chat.example.org', 'a.lan.example', 'a.b.lan.example', '2001:db8::1', '192.0.2.9', 'xn--caf-dma.example'
    assert [host for host in ours if not hosts.allow(host)] == []
    theirs = 'lan.example', 'evillan.example', 'a.chat.example.org', 'example.org', 'chat.example.org.evil.example'
    assert [host for host in theirs if hosts.allow(host)] == []
