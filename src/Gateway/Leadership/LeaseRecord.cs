namespace Gateway.Leadership;

/// <summary>What stands in a lease store under one name.</summary>
internal sealed record LeaseRecord
{
    /// <summary>Who leads; empty when the last one gave it up.</summary>
    public required string Holder { get; init; }

    /// <summary>Grows by at least one each time that leadership is taken.</summary>
    public required long Epoch { get; init; }

    /// <summary>Nobody else takes it before it stood unchanged for so long.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>For people, and so that every renewal changes the record. No decision rests on it: clocks differ.</summary>
    public required DateTimeOffset RenewedAt { get; init; }

    /// <summary>When the record was made, by the store's own clock; null where the store has none.</summary>
    public DateTimeOffset? CreatedAt { get; init; }
}
