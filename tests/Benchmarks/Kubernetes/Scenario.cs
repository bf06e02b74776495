using System.Globalization;

namespace Benchmarks.Kubernetes;

/// <summary>Pods to be bound, and how they come.</summary>
internal sealed record Scenario
{
    private const int LeisureSeconds = 20;
    private const int LeisureRate = 30;

    /// <summary>What to say on the command line to have only this.</summary>
    public required string Part { get; init; }

    public required string Name { get; init; }

    public required IReadOnlyList<PodPlan> Pods { get; init; }

    /// <summary>They wait already when the contender starts.</summary>
    public bool MadeBefore { get; init; }

    /// <summary>0: as fast as the server takes them.</summary>
    public double PerSecond { get; init; }

    /// <summary>So many times one after the other, with one contender that goes on running: all but the first are as in a process that has run for a while.</summary>
    public int Waves { get; init; } = 1;

    public static IEnumerable<Scenario> All(int pods, int nodes)
    {
        yield return new Scenario { Part = "drain", Name = $"drain of {pods:N0} pods", Pods = Singles(pods), MadeBefore = true };
        yield return new Scenario { Part = "waves", Name = $"wave of {pods * 3 / 4:N0} pods", Pods = Singles(pods * 3 / 4), Waves = 3 };
        yield return new Scenario { Part = "gangs", Name = "drain, gangs of 8", Pods = Gangs(pods / 8, 8), MadeBefore = true };
        yield return new Scenario { Part = "gangs", Name = "drain, gangs of 31", Pods = Gangs(pods / 31, 31), MadeBefore = true };
        yield return new Scenario { Part = "big", Name = "one gang of 1,000", Pods = Gangs(1, Math.Min(1000, nodes)) };
        yield return new Scenario { Part = "leisure", Name = $"{LeisureRate} pods/s", Pods = Singles(LeisureSeconds * LeisureRate), PerSecond = LeisureRate };
    }

    private static PodPlan[] Singles(int count) => [.. Enumerable.Range(0, count).Select(i => new PodPlan(Numbered("pod", i), 1))];

    private static PodPlan[] Gangs(int count, int members) =>
        [.. from gang in Enumerable.Range(0, count) from member in Enumerable.Range(0, members) select new PodPlan(Numbered(Numbered("gang", gang), member), 1, Numbered("gang", gang))];

    private static string Numbered(string name, int number) => string.Create(CultureInfo.InvariantCulture, $"{name}-{number}");
}
