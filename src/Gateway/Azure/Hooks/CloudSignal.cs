namespace Gateway.Azure.Hooks;

/// <summary>What the cloud tells of a scale set. It is a hint: what counts is read from the cloud again.</summary>
internal abstract record CloudSignal
{
    private CloudSignal(string set, string id, string what) => (Set, Id, What) = (set, id, what);

    /// <summary>The scale set's resource id, in the sender's spelling.</summary>
    public string Set { get; }

    /// <summary>The same for the same event, however often it comes.</summary>
    public string Id { get; }

    /// <summary>For people.</summary>
    public string What { get; }

    /// <summary>Something changed, or should be looked at.</summary>
    public sealed record Look(string SetId, string EventId, string Words) : CloudSignal(SetId, EventId, Words);

    /// <summary>The machine goes: evicted, terminated, moved. Its work is to be saved and its place taken by another.</summary>
    public sealed record Leaves(string SetId, string EventId, string Words, string Instance, string Node) : CloudSignal(SetId, EventId, Words);

    /// <summary>The machine starts anew and stays: its work has to leave.</summary>
    public sealed record Restarts(string SetId, string EventId, string Words, string Node) : CloudSignal(SetId, EventId, Words);
}
