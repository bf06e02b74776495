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

    /// <summary>Only of a whole gang.</summary>
    public string Binding => PodNames.Binding(Own.Select(p => p!.Uid));

    /// <summary>
    /// The pods that were bound before those that are bound nowhere yet; null when none were, or when one of them is no longer there to be named.
    /// </summary>
    public string? BoundBefore
    {
        get
        {
            var uids = new string[Own.Length];
            for (var rank = 0; rank < uids.Length; rank++)
            {
                var bound = Own[rank]?.Node is not null
                    ? Own[rank]
                    : Replaced.Where(p => p.Rank == rank && p.Node is not null).MaxBy(p => p.Incarnation);
                if (bound is null)
                {
                    return null;
                }

                uids[rank] = bound.Uid;
            }

            return PodNames.Binding(uids);
        }
    }
}
