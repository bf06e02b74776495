using System.Collections.Immutable;
using Scheduling.Model;

namespace Gateway.Kubernetes;

/// <summary>A job's pods as one of its attempts sees them.</summary>
internal sealed record GangPods
{
    /// <summary>By rank, the last that was made; null where there is none.</summary>
    public required ImmutableArray<PodView?> Own { get; init; }

    /// <summary>Of this attempt too, but others were made in their place: they had failed.</summary>
    public ImmutableArray<PodView> Replaced { get; init; } = [];

    /// <summary>Of attempts before this one.</summary>
    public required ImmutableArray<PodView> Earlier { get; init; }

    /// <summary>There are pods of an attempt after this one: this one is over.</summary>
    public required bool HasLater { get; init; }

    public static GangPods Of(AttemptId attempt, int workers, IEnumerable<PodView> pods)
    {
        var own = new PodView?[workers];
        var earlier = ImmutableArray.CreateBuilder<PodView>();
        var replaced = ImmutableArray.CreateBuilder<PodView>();
        var later = false;
        foreach (var pod in pods)
        {
            if (pod.Attempt == attempt && pod.Rank < workers)
            {
                var isNewest = own[pod.Rank] is not { } other || other.Incarnation < pod.Incarnation;
                if ((isNewest ? own[pod.Rank] : pod) is { } older)
                {
                    replaced.Add(older);
                }

                own[pod.Rank] = isNewest ? pod : own[pod.Rank];
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

        return new GangPods { Own = ImmutableArray.Create(own), Replaced = replaced.ToImmutable(), Earlier = earlier.ToImmutable(), HasLater = later };
    }

    /// <summary>After these were made or changed, all of this attempt; none that was replaced among them.</summary>
    public GangPods With(IReadOnlyList<PodView> changed)
    {
        var own = Own.ToBuilder();
        var replaced = Replaced;
        foreach (var pod in changed)
        {
            if (own[pod.Rank] is { } before && before.Uid != pod.Uid)
            {
                replaced = replaced.Add(before);
            }

            own[pod.Rank] = pod;
        }

        return this with { Own = own.ToImmutable(), Replaced = replaced };
    }

    public IEnumerable<PodView> Present => Own.OfType<PodView>();

    /// <summary>All of this attempt.</summary>
    public IEnumerable<PodView> All => Present.Concat(Replaced);

    /// <summary>Pods of which something may run, or may be bound.</summary>
    public IEnumerable<PodView> Alive => All.Where(p => !p.IsOver);

    public bool IsWhole => Own.All(p => p is not null);

    /// <summary>Names these very pods; of a gang that is whole but for ranks that are given up.</summary>
    public string Binding(ImmutableSortedSet<int> vacant) => PodNames.Binding(Own.Select((p, rank) => vacant.Contains(rank) ? "" : p!.Uid));

    /// <summary>
    /// The pods that were bound before those that are bound nowhere yet; null when none were, or when one of them is no longer there to be named.
    /// </summary>
    public string? Before(GangRun run)
    {
        var uids = new string[Own.Length];
        for (var rank = 0; rank < uids.Length; rank++)
        {
            if (NamedBefore(rank, run) is not { } uid)
            {
                return null;
            }

            uids[rank] = uid;
        }

        return PodNames.Binding(uids);
    }

    private string? NamedBefore(int rank, GangRun run)
    {
        if (run.Vacant.Contains(rank))
        {
            return "";
        }

        if (Own[rank] is not { } pod)
        {
            return run.Bound.IsDefault ? "" : run.Bound[rank]!.Uid;
        }

        if (pod.Node is not null)
        {
            return pod.Uid;
        }

        // One that failed by itself is named until another is bound; one that was lost was given up before.
        var before = Replaced.Where(p => p.Rank == rank && p.Node is not null).MaxBy(p => p.Incarnation);
        return before is { FailureClass: FailureClass.Application or FailureClass.OutOfMemory } && before.Node == pod.PlannedNode ? before.Uid : pod.Incarnation > 0 ? "" : null;
    }
}
