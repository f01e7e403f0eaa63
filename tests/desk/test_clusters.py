from __future__ import annotations

import time
from random import Random

from bot.desk.clusters import clusters


def test_nothing_has_no_clusters() -> None:
    assert clusters([]) == []


def test_the_same_in_other_words_is_one_cluster_and_the_biggest_comes_first() -> None:
    texts = [
        "How do I get an invoice for last month?",
        "error E_BUSY when calling gpt-5, what now",
        "Error E_BUSY when calling gpt-5!! what now?",
        "what now? error e_busy when calling gpt-5",
        "invoice for last month, how do I get one?",
        "does anybody know a good pizza place",
    ]
    assert clusters(texts) == [[1, 2, 3], [0, 4], [5]]


def test_chinese_messages_are_put_together_too() -> None:
    assert clusters(["充值之后余额没有变化怎么办", "图片生成一直转圈", "充值后余额没有变化，怎么办？"]) == [[0, 2], [1]]


def test_request_ids_make_no_difference_and_what_was_asked_does() -> None:
    texts = [
        "stream closed (request id: 20260301120000123456abcdef)",
        "how are embeddings billed",
        "stream closed (request id: 20260302090000987654fedcba)",
    ]
    assert clusters(texts) == [[0, 2], [1]]


def test_messages_without_a_word_are_alike() -> None:
    assert clusters(["", "???", "!"]) in ([[0, 1, 2]], [[0], [1], [2]])


def test_every_place_is_in_one_cluster() -> None:
    random = Random(4)
    words = "the model key stream closed timeout image invoice why how where when fails slow".split()
    texts = [" ".join(random.choices(words, k=8)) for _ in range(300)]
    assert sorted(place for cluster in clusters(texts) for place in cluster) == list(range(300))


def test_hundreds_of_long_messages_that_have_nothing_in_common_take_no_time() -> None:
    random = Random(4)
    letters = "abcdefghijklmnopqrstuvwxyz      "
    texts = ["".join(random.choices(letters, k=2_000)) for _ in range(400)]
    began = time.monotonic()
    clusters(texts)
    assert time.monotonic() - began < 3
