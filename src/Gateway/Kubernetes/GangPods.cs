using System.Collections.Immutable;
using Scheduling.Model;

namespace Gateway.Kubernetes;

/// <summary>A job's pods as one of its attempts sees them.</summary>
internal sealed record GangPods
{
    /// <summary>By rank; null where there is none.</summary>
    public required ImmutableArray<PodView?> Own { get; init; }

    /// <summary>Of attempts before this one.</summary>
    public required ImmutableArray<PodView> Earlier { get; init; }

    /// <summary>There are pods of an attempt after this one: this one is over.</summary>
    public required bool HasLater { get; init; }

    public static GangPods Of(AttemptId attempt, int workers, IEnumerable<PodView> pods)
    {
        var own = new PodView?[workers];
        var earlier = ImmutableArray.CreateBuilder<PodView>();
        var later = false;
        foreach (var pod in pods)
        {
            if (pod.Attempt == attempt && pod.Rank < workers)
            {
                own[pod.Rank] = pod;
            }
            else if (pod.Attempt.Number < attempt.Number)
            {
                earlier.Add(pod);
            }
            else
            {
                later = true;
            }
        }

        return new GangPods { Own = ImmutableArray.Create(own), Earlier = earlier.ToImmutable(), HasLater = later };
    }

    public IEnumerable<PodView> Present => Own.OfType<PodView>();

    /// <summary>Pods of which something may run, or may be bound.</summary>
    public IEnumerable<PodView> Alive => Present.Where(p => !p.IsOver);

    public bool IsWhole => Own.All(p => p is not null);

    /// <summary>Only of a whole gang.</summary>
    public string Binding => PodNames.Binding(Own.Select(p => p!.Uid));
}
