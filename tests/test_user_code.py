"""What users write runs; ``make type`` reads it as strictly as our own code."""

from user_code import langchain_app, llamaindex_app, plain


def test_plain_functions() -> None:
    """A value, a nest and a stream, masked and back."""
    masked, back, order, shown = plain.main()

    assert masked == "Write to <EMAIL_1>"
    assert back == "jane@example.com"
    assert (order, shown) == ("<ORDER_1>", "A-123456")


def test_a_chain() -> None:
    """Real values come out of either placement."""
    assert all("jane@example.com" in said for said in langchain_app.main())


def test_a_query_engine() -> None:
    """The answer and a completion have their values."""
    assert all("jane@example.com" in said for said in llamaindex_app.main())
