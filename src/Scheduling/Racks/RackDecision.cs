using System.Collections.Immutable;

namespace Scheduling.Racks;

/// <summary>What a command does to a rack.</summary>
public abstract record RackDecision
{
    private RackDecision()
    {
    }

    /// <summary>The ledger changes by this entry, to be applied and made durable before anybody is answered.</summary>
    public sealed record Change(RackEntry Entry) : RackDecision
    {
        /// <summary>For the log and the operators; nothing depends on them.</summary>
        public ImmutableArray<RackEvent> Events { get; init; } = [];
    }

    /// <summary>It is so already: nothing to do, nothing wrong.</summary>
    public sealed record Nothing : RackDecision
    {
        public static Nothing Instance { get; } = new();
    }

    /// <summary>Not as the rack stands. <paramref name="Reason"/> is for people.</summary>
    public sealed record Refuse(string Reason) : RackDecision;
}
