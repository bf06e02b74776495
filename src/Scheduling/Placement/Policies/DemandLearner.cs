using Scheduling.Model;

namespace Scheduling.Placement.Policies;

/// <summary>
/// Learns the expected demand from what arrives. Looks again after 16 arrivals and then whenever a quarter more have come, so that what was worked
/// out from it stays valid for long. Old arrivals fade: beyond <see cref="Memory"/> all counts are halved.
/// </summary>
public sealed class DemandLearner
{
    /// <summary>Arrivals that are remembered before the older ones count half.</summary>
    public const int Memory = 1 << 16;

    /// <summary>Most classes that are told apart; when there are more, all counts are halved and the rarest forgotten.</summary>
    public const int MostShapes = 4096;

    private const int FirstLook = 16;

    /// <summary>The part of arrivals that the classes must make up: the rarest hundredth is left out.</summary>
    private const double Part = 0.99;

    private readonly Dictionary<WorkerShape, long> counts = [];
    private long seen;
    private long nextLook = FirstLook;

    /// <summary>What is expected now. Another object whenever it changes.</summary>
    public Demand Current { get; private set; } = Demand.Unknown;

    /// <summary>Notes that a worker arrived, whether or not there is room for it.</summary>
    public void Saw(WorkerShape shape, int workers = 1)
    {
        // Memory, extended resources and labels play no part: leaving them out keeps the classes few.
        var key = shape with { MemoryMiB = 0, NodeSelector = [], NodeTerms = [], Tolerations = [], Extended = [] };
        counts[key] = counts.GetValueOrDefault(key) + workers;
        seen += workers;
        if (seen > Memory || counts.Count > MostShapes) Fade();
        if (seen < nextLook) return;
        nextLook = Math.Max(seen + FirstLook, seen + seen / 4);
        Current = Demand.Of(counts.Select(c => (c.Key, c.Value)), Part);
    }

    private void Fade()
    {
        seen = 0;
        foreach (var (shape, count) in counts.ToList())
        {
            if (count < 2) counts.Remove(shape);
            else seen += counts[shape] = count / 2;
        }

        nextLook = Math.Min(nextLook, seen + Memory / 4);
    }
}
