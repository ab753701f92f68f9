from uuid import UUID

from app.domain.identifiers import is_temporary, new_id


def test_ids_tell_what_they_are() -> None:
    durable = new_id()
    temporary = durable[:14] + '8' + durable[15:]
    for kind, version in ((durable, 4), (temporary, 8)):
        made = new_id(beside=kind)
        assert (UUID(made).version, str(UUID(made))) == (version, made)
        assert is_temporary(made) == (version == 8)
        assert made != new_id(beside=kind)


def test_what_is_no_id_is_not_temporary() -> None:
    assert not is_temporary('')
    assert not is_temporary('8')
