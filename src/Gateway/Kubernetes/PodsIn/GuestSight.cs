using System.Collections.Immutable;
using Scheduling;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>
/// An attempt's members as this process knows them: what the watch shows, what the cluster answered since, and what is gone for good.
/// One reconcile at a time uses it.
/// </summary>
internal sealed class GuestSight(PodSet pods)
{
    private readonly Answered?[] _answered = new Answered?[pods.Uids.Length];
    private readonly bool[] _gone = new bool[pods.Uids.Length];
    private readonly PodPhase?[] _ended = new PodPhase?[pods.Uids.Length];

    public ImmutableArray<GuestMember> Members(GuestStore store)
    {
        var members = ImmutableArray.CreateBuilder<GuestMember>(pods.Uids.Length);
        for (var rank = 0; rank < pods.Uids.Length; rank++)
        {
            members.Add(Member(rank, store));
        }

        return members.MoveToImmutable();
    }

    /// <summary>
    /// A new look. What an answer showed and the watch does not is asked for once more: it may be gone by now, and a watch that begins after that has
    /// never shown it and never says that it went.
    /// </summary>
    public void Begin(GuestStore store)
    {
        for (var rank = 0; rank < _answered.Length; rank++)
        {
            if (_answered[rank] is { ShownThen: null } && store.Find(pods.Uids[rank]) is null && Guards.Hold(Guard.UnseenAskedAgain))
            {
                _answered[rank] = null;
            }
        }
    }

    /// <summary>The version that the watch shows; null: none. To be taken before the cluster is asked: while it answers, the watch goes on.</summary>
    public string? Shown(int rank, GuestStore store) => store.Find(pods.Uids[rank])?.Version;

    /// <param name="shown">What the watch showed before the cluster was asked.</param>
    public void Answer(int rank, GuestPod pod, string? shown)
    {
        if (pod.Uid != pods.Uids[rank])
        {
            Gone(rank);
            return;
        }

        _answered[rank] = new Answered(pod, shown);
        Note(rank, pod);
    }

    public void Gone(int rank)
    {
        _gone[rank] = true;
        _answered[rank] = null;
    }

    /// <summary>The answer is not to be relied on: ask again.</summary>
    public void Forget(int rank) => _answered[rank] = null;

    private GuestMember Member(int rank, GuestStore store)
    {
        if (_gone[rank])
        {
            return new GuestMember(null, true, _ended[rank]);
        }

        var shown = store.Find(pods.Uids[rank]);
        if (_answered[rank] is { } answer)
        {
            if (shown?.Version == answer.ShownThen)
            {
                return new GuestMember(answer.Pod, false, null);
            }

            _answered[rank] = null;
        }

        if (shown is not null)
        {
            Note(rank, shown);
        }

        return new GuestMember(shown, false, _ended[rank]);
    }

    private void Note(int rank, GuestPod pod)
    {
        if (pod.IsOver)
        {
            _ended[rank] = pod.Phase;
        }
    }

    /// <param name="ShownThen">The version that the watch had shown when the cluster was asked; null: none. Another means that it has caught up.</param>
    private sealed record Answered(GuestPod Pod, string? ShownThen);
}
