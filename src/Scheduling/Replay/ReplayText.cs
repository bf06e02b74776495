using System.Globalization;
using Scheduling.Model;
using Scheduling.Pools;

namespace Scheduling.Replay;

/// <summary>Entries and states in words, for whoever looks for why two of them differ.</summary>
internal static class ReplayText
{
    private const int MostRacks = 4;

    public const string Nothing = "nothing";

    public static string Of(PoolEntry entry)
    {
        var text = entry.Attempt == default ? $"{entry.Kind}" : $"{entry.Kind} of {entry.Attempt}";
        text += entry.Plan > 0 ? string.Create(CultureInfo.InvariantCulture, $", plan {entry.Plan}") : "";
        text += entry.Budget > 0 ? string.Create(CultureInfo.InvariantCulture, $", pass of {entry.Budget}") : "";
        text += entry.Placement is { } placement ? $", {Of(placement)}" : "";
        text += entry.Claim is { } claim ? $", {claim.Kind} by {claim.StartAt:O} of {claim.Victims.Length}, {Of(claim.Target)}" : "";
        text += entry.Kind == PoolEntryKind.Enqueued ? string.Create(CultureInfo.InvariantCulture, $", key {entry.Key}, batch {entry.Batch}, at most {entry.ExpectedAtMost}") : "";
        text += entry.Rack is { } rack ? $", {rack.Spec.Rack}" : "";
        text += entry.Refusal is { } refusal ? $", refused: {refusal}" : "";
        text += entry.Earmarks.IsDefaultOrEmpty ? "" : $", {string.Join("; ", entry.Earmarks.Take(MostRacks).Select(e => $"{e.Nodes.Length} nodes for {e.For}"))}";
        return $"{text}, at {entry.At:O}";
    }

    /// <summary>The parts in which two states differ.</summary>
    public static string Differing(PoolSnapshot one, PoolSnapshot other, ReplayCodec codec) => string.Join(", ", Parts(one).Zip(Parts(other))
        .Where(p => !codec.Same(p.First.Alone, p.Second.Alone)).Select(p => p.First.Name == "attempts" ? FirstAttempt(one, other, codec) : p.First.Name));

    private static string Of(GangPlacement placement) => string.Join(' ', placement.Racks.Take(MostRacks)
        .Select(r => $"{r.Rack}[{string.Join(' ', r.Workers.Select(w => string.Create(CultureInfo.InvariantCulture, $"{w.Slot}:{w.Gpus:x}")))}]"))
        + (placement.Racks.Length > MostRacks ? " …" : "");

    private static string FirstAttempt(PoolSnapshot one, PoolSnapshot other, ReplayCodec codec)
    {
        var count = Math.Min(one.Attempts.Length, other.Attempts.Length);
        for (var i = 0; i < count; i++)
        {
            if (!codec.Same(Empty with { Attempts = [one.Attempts[i]] }, Empty with { Attempts = [other.Attempts[i]] }))
            {
                return $"attempt {one.Attempts[i].Attempt} ({one.Attempts[i].Stage}) and {other.Attempts[i].Attempt} ({other.Attempts[i].Stage})";
            }
        }

        return $"attempts ({one.Attempts.Length} and {other.Attempts.Length})";
    }

    private static PoolSnapshot Empty { get; } = new() { Epoch = 0, LastPlan = 0, Attempts = [], Racks = [] };

    private static IEnumerable<(string Name, PoolSnapshot Alone)> Parts(PoolSnapshot of)
    {
        yield return ("epoch and plans", Empty with { Epoch = of.Epoch, LastPlan = of.LastPlan });
        yield return ("attempts", Empty with { Attempts = of.Attempts });
        yield return ("racks", Empty with { Racks = of.Racks });
        yield return ("time", Empty with { Now = of.Now, LookedAt = of.LookedAt, SharesAt = of.SharesAt });
        yield return ("shares", Empty with { Shares = of.Shares });
        yield return ("promises", Empty with { Claims = of.Claims });
        yield return ("earmarks", Empty with { Earmarks = of.Earmarks });
        yield return ("evictions", Empty with { Evictions = of.Evictions });
        yield return ("levels", Empty with { Levels = of.Levels });
        yield return ("run times", Empty with { Predictor = of.Predictor, Batches = of.Batches, EarlierRuns = of.EarlierRuns });
    }
}
