using Scheduling.Model;

namespace Scheduling.WhatIf;

/// <summary>What one run came to by a moment, to be added up for all or for one team.</summary>
internal sealed class WhatIfOutcomes(IReadOnlyList<WhatIfFate> fates, DateTimeOffset end, double capacity)
{
    private const double MilliMillisecondsPerGpuSecond = 1e6;

    private readonly Dictionary<QuotaPath, List<WhatIfFate>> _teams = fates.GroupBy(f => TeamOf(f.Spec.Quota)).ToDictionary(g => g.Key, g => g.ToList());

    public IReadOnlyList<WhatIfFate> Fates => fates;

    public IEnumerable<QuotaPath> Teams => _teams.Keys;

    /// <param name="team">Null: all.</param>
    public WhatIfFigures Figures(QuotaPath? team)
    {
        IReadOnlyList<WhatIfFate> of = team is { } one ? _teams.GetValueOrDefault(one) ?? [] : fates;
        var waiting = of.Where(f => f is { CountsWait: true, TurnedAway: false }).ToList();
        return new WhatIfFigures
        {
            Waits = WaitsOf(waiting),
            Goodput = Part(of.Sum(f => f.Kept)),
            Occupancy = Part(of.Sum(f => f.Held)),
            Evictions = of.Sum(f => f.Evictions),
            Jobs = waiting.Count,
            Started = waiting.Count(f => f.StartedAt is not null),
            Ended = of.Count(f => f is { EndedAt: not null, HasRun: true }),
            Waiting = of.Count(f => f is { EndedAt: null, HoldsNodes: false }),
            LostGpuSeconds = of.Sum(f => f.Lost) / MilliMillisecondsPerGpuSecond,
            CapacityGpuSeconds = capacity / MilliMillisecondsPerGpuSecond,
            TurnedAway = of.Count(f => f.TurnedAway),
        };
    }

    /// <summary>The level below the cohort; the cohort itself for who is charged there.</summary>
    private static QuotaPath TeamOf(QuotaPath path) => path.Parent is { Parent: not null } above ? above : path;

    private double Part(double spent) => capacity <= 0 ? 0 : spent / capacity;

    private WhatIfWaits WaitsOf(List<WhatIfFate> of)
    {
        if (of.Count == 0)
        {
            return default;
        }

        var waits = of.Select(f => Math.Max(0, ((f.StartedAt ?? f.LeftAt ?? end) - f.SubmittedAt).TotalSeconds)).Order().ToArray();

        // The smallest of which so many do not wait longer.
        double Rank(double part) => waits[Math.Clamp((int)Math.Ceiling(part * waits.Length) - 1, 0, waits.Length - 1)];
        return new WhatIfWaits(waits.Average(), Rank(0.5), Rank(0.9), Rank(0.99));
    }
}
