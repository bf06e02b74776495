using System.Collections.Frozen;

namespace Simulation;

/// <summary>The invariants by number: what a failing run says it broke.</summary>
internal static class Invariants
{
    /// <summary>As docs/architecture.md numbers them.</summary>
    public static FrozenDictionary<string, string> Names { get; } = new Dictionary<string, string>
    {
        ["I1"] = "no GPU, CPU or memory is held or allocated twice",
        ["I2"] = "a gang runs whole or not at all",
        ["I3"] = "quota usage is the sum of the live charges, and never above a limit",
        ["I4"] = "an accepted job is never lost: pending, running or ended, and readable",
        ["I5"] = "the same idempotency key is the same job for ever",
        ["I6"] = "phases move along the graph, versions grow, and what ended stays ended",
        ["I7"] = "an attempt is placed once, where it was planned, and no other of its job runs meanwhile",
        ["I8"] = "every hold is committed, released or runs out; nothing is held for what is over",
        ["I9"] = "who is evicted is lower or borrows, got its grace, and went for one that starts or is called off",
        ["I10"] = "only nodes that take new work get it",
        ["I11"] = "nobody waits for what is there, and who has nothing to do does nothing",
        ["I12"] = "whatever fits starts in bounded time",
        ["I13"] = "accepted epochs never fall",
        ["I14"] = "nodes move along the graph",
        ["I15"] = "no machine with work on it is removed",
        ["I16"] = "a tenant reaches only what is its own",
        ["I17"] = "GPU-seconds add up to capacity",
        ["I18"] = "a journal read back gives the same state and the same decisions",
    }.ToFrozenDictionary();

    /// <summary>What a finding, "I7: …", means.</summary>
    public static string Explain(string finding)
    {
        var colon = finding.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && Names.TryGetValue(finding[..colon], out var name) ? $"{finding[..colon]} ({name}) is broken{finding[colon..]}" : finding;
    }
}
