using System.Collections.Immutable;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>
/// Keeps pods that wait for us, and makes jobs of them: each pod is at every moment in at most one job that lives. Deterministic and without I/O;
/// one event costs the same however many pods there are. What is to be done comes out of <see cref="Take"/>. Not for several threads at once.
/// </summary>
/// <remarks>
/// A gang needs its minimum less what of it runs or is on its way. So the first pods are submitted together; a pod that comes later, or replaces one
/// that ended, goes alone while the others run; and when too many have gone, those that replace them wait for each other again. What waits because
/// others ran is called off when they run no more, and waits with those that replace them: nothing of a gang starts that would run as a rest.
/// </remarks>
internal sealed partial class GangBook(string cluster)
{
    private readonly Dictionary<string, Guest> _pods = new(StringComparer.Ordinal);
    private readonly Dictionary<GangKey, Gang> _gangs = [];
    private readonly Dictionary<JobId, GuestJob> _jobs = [];
    private readonly Queue<BookAction> _actions = new();

    public int Pods => _pods.Count;

    public int Gangs => _gangs.Count;

    /// <summary>Jobs that are known to live.</summary>
    public int Jobs => _jobs.Count;

    /// <summary>What is to be done next; null when there is nothing.</summary>
    public BookAction? Take() => _actions.TryDequeue(out var action) ? action : null;

    /// <summary>A pod is there, or has changed.</summary>
    public void Put(GuestPod pod)
    {
        if (!_pods.TryGetValue(pod.Uid, out var guest))
        {
            guest = new Guest(pod);
            _pods.Add(pod.Uid, guest);
            guest.Gang = pod.Gang is { } key ? GangOf(key) : null;
            guest.Gang?.Add(guest);
        }

        guest.Pod = pod;
        Stir(guest.Gang);
        if (guest.Job is { } stops && pod.Node is not null && (pod.IsLeaving || pod.Phase == PodPhase.Failed))
        {
            Going(stops);
        }

        if (guest.Job is { } job && pod.Node is null && (pod.IsLeaving || pod.IsOver))
        {
            Break(job, $"pod {pod.Name} {(pod.IsOver ? "ended" : "is being deleted")} before it was bound; {GuestScript.TakenUpAnew}");
        }

        if (!pod.Refusals.IsEmpty && pod.IsWaiting && !guest.IsRefused)
        {
            guest.IsRefused = true;
            _actions.Enqueue(new BookAction.Refuse(pod));
        }

        Refresh(guest);
    }

    /// <summary>A pod is gone.</summary>
    public void Remove(string uid)
    {
        if (!_pods.Remove(uid, out var guest))
        {
            return;
        }

        var gang = guest.Gang;
        gang?.Remove(guest);
        Stir(gang);
        if (guest.Job is { } job)
        {
            guest.Job = null;
            job.Present--;
            if (guest.Pod.Node is null)
            {
                Break(job, $"pod {guest.Pod.Name} was deleted before it was bound; {GuestScript.TakenUpAnew}");
            }
            else
            {
                Going(job);
            }

            if (guest.Pod.Node is not null && job is { Present: 0, IsSubmitted: true, IsCancelling: false })
            {
                // How its job ends is told to the job itself; here nothing of it is left to wait.
                Drop(job, null, consider: false);
            }
        }

        if (gang is not null)
        {
            Consider(gang);
            Forget(gang);
        }
    }

    /// <summary>Something is known about the group, or has changed; null: nothing is known yet, and its pods wait.</summary>
    public void Learn(GangKey key, GangFacts? facts)
    {
        if (!_gangs.TryGetValue(key, out var gang))
        {
            return;
        }

        gang.IsLooking = false;
        gang.IsMissing = facts is null && gang.Facts is null;
        if (facts is null || facts == gang.Facts)
        {
            Consider(gang);
            return;
        }

        var before = gang.Facts;
        gang.Facts = facts;
        if (before is not null && before.Uid != facts.Uid)
        {
            (gang.Next, gang.IsKnown) = (1, false);
        }

        foreach (var job in _jobs.Values.Where(j => j.Gang == gang && j.Uids.Length > 1).ToList())
        {
            // What waits is asked for anew, as the group wants it now; what runs, runs.
            if (job.Uids.All(u => _pods.TryGetValue(u, out var pod) && pod.Pod.Node is null))
            {
                Break(job, $"{key.Title} was changed; {GuestScript.TakenUpAnew}");
            }
        }

        Consider(gang);
    }

    /// <summary>Asks again about the groups that pods wait for: they may have come, or have changed.</summary>
    public void LookAgain()
    {
        foreach (var job in _jobs.Values.Where(j => j is { IsPlaced: true, Gang.Busy: 0 }).ToList())
        {
            job.IsPlaced = false;
            job.Gang!.HasShrunk = true;
            Consider(job.Gang);
        }

        foreach (var gang in _gangs.Values.Where(g => g.IsResting).ToList())
        {
            gang.IsResting = false;
            Consider(gang);
        }

        foreach (var gang in _gangs.Values.Where(g => g is { Free.Count: > 0, IsLooking: false, Busy: 0 }))
        {
            gang.IsLooking = true;
            _actions.Enqueue(new BookAction.Look(gang.Key, gang.Free.Values.First().Pod));
        }
    }

    /// <summary>What is to be said of a pod that waits; null when it does not.</summary>
    public PodStanding? StandingOf(string uid)
    {
        if (!_pods.TryGetValue(uid, out var guest) || guest.Pod.Node is not null || guest.Pod.IsLeaving || guest.Pod.IsOver)
        {
            return null;
        }

        var pod = guest.Pod;
        if (pod.IsGated || !pod.Refusals.IsEmpty)
        {
            return pod.IsGated ? null : new PodStanding.Refused(string.Join("; ", pod.Refusals));
        }

        return (guest.Job, guest.Barred, guest.Gang) switch
        {
            ({ } job, _, _) => new PodStanding.Queued(job.Id),
            (_, { } barred, _) => new PodStanding.Refused(barred),
            (_, _, { Facts.Refusal: { } refusal }) => new PodStanding.Refused(refusal),
            (_, _, { Facts: null } gang) => new PodStanding.Incomplete($"{gang.Key.Title} is not there (yet), or does not say how many pods it needs"),
            (_, _, { Facts: { } facts } gang) => new PodStanding.Incomplete(Missing(gang, facts)),
            _ => null,
        };
    }

    /// <summary>The pods of a gang that are there, and what is known of it.</summary>
    public (GangFacts Facts, IReadOnlyList<GuestPod> Pods)? Look(GangKey key) =>
        _gangs.TryGetValue(key, out var gang) && gang.Facts is { } facts ? (facts, [.. gang.All.Select(g => g.Pod)]) : null;

    private Gang GangOf(GangKey key)
    {
        if (!_gangs.TryGetValue(key, out var gang))
        {
            gang = new Gang(key);
            _gangs.Add(key, gang);
        }

        return gang;
    }

    /// <summary>Something new is shown of its pods.</summary>
    private static void Stir(Gang? gang)
    {
        if (gang is not null)
        {
            (gang.CameApart, gang.IsResting) = (false, false);
        }
    }

    private void Forget(Gang gang)
    {
        if (gang is { All.Count: 0, Busy: 0, Jobs.Count: 0 })
        {
            _gangs.Remove(gang.Key);
        }
    }

    /// <summary>Counts the pod where it counts now, and goes on with its gang.</summary>
    private void Refresh(Guest guest)
    {
        Count(guest);
        if (guest.Gang is { } gang)
        {
            Consider(gang);
        }
        else if (IsFree(guest))
        {
            SubmitAlone(guest);
        }
    }

    private static bool IsFree(Guest guest) => guest.Pod is { IsWaiting: true, Ask: not null } && guest.Job is null && guest.Barred is null;

    /// <summary>Its gang must not start with fewer because of pods that only seem to be on their way.</summary>
    private void Going(GuestJob job)
    {
        if (job.IsGoing)
        {
            return;
        }

        job.IsGoing = true;
        foreach (var uid in job.Uids)
        {
            if (_pods.TryGetValue(uid, out var member) && member.Job == job)
            {
                Count(member);
            }
        }
    }

    private static void Count(Guest guest)
    {
        var stays = guest.Pod is { IsOver: false, IsLeaving: false };
        var isBound = stays && guest.Pod.Node is not null;
        guest.Gang?.Count(
            guest, IsFree(guest), isBound, isBound || (stays && guest.Job is { IsGoing: false }), guest.Barred is not null && guest.Pod is { IsWaiting: true, Ask: not null },
            isDone: guest.Pod is { Phase: PodPhase.Succeeded, Node: not null });
    }

    private static string Missing(Gang gang, GangFacts facts)
    {
        var need = Math.Max(0, facts.Min - gang.Covered);
        var barred = gang.Barred == 0 ? "" : $"; {gang.Barred} are not queued again, and say why";
        return gang.Free.Count < need || need > 1
            ? $"{gang.Key.Title} needs {facts.Min} pods together; {gang.Covered} run or are queued, and {gang.Free.Count} of {need} more are there{barred}"
            : $"{gang.Key.Title} needs {facts.Min} pods together; {gang.Bound} run and {gang.Covered - gang.Bound} are queued: it goes when those run{barred}";
    }

    /// <summary>Submits what of the gang can be submitted now.</summary>
    private void Consider(Gang gang)
    {
        if (gang.Busy > 0)
        {
            return;
        }

        CallOffRests(gang);
        if (gang.Free.Count == 0 || gang.Busy > 0 || gang.IsResting)
        {
            return;
        }

        if (gang.Facts is not { } facts)
        {
            if (!gang.IsLooking && !gang.IsMissing)
            {
                gang.IsLooking = true;
                _actions.Enqueue(new BookAction.Look(gang.Key, gang.Free.Values.First().Pod));
            }

            return;
        }

        var need = facts.Min - gang.Covered;
        if (facts.Refusal is not null || gang.Free.Count < need)
        {
            return;
        }

        // Something of it runs, or has ended, and this process did not see how that came about: there may be jobs that name these very pods.
        if (!gang.IsKnown && (gang.Covered > 0 || gang.Next > 1) && facts.Min > 1)
        {
            gang.Busy++;
            _actions.Enqueue(new BookAction.Recall(gang.Key, GuestIds.IdentityOf(gang.Key, facts), gang.Next, [.. gang.Free.Values.Select(g => GuestIds.OfPod(cluster, g.Pod)).Order()]));
            return;
        }

        if (need > 1)
        {
            SubmitTogether(gang, facts, [.. gang.Free.Values.OrderBy(g => g.Pod, GuestOrder.Instance).Take(need)]);
            return;
        }

        // What is only on its way may not come: a pod goes alone while others run, and not before.
        if (gang.Bound >= facts.Min - 1)
        {
            SubmitEach(gang, facts);
        }
    }

    private void SubmitEach(Gang gang, GangFacts facts)
    {
        foreach (var guest in gang.Free.Values.OrderBy(g => g.Pod, GuestOrder.Instance).ToList())
        {
            if (!guest.HasHadItsJob)
            {
                SubmitAlone(guest);
            }
            else if (gang.Busy == 0)
            {
                SubmitTogether(gang, facts, [guest]);
            }
        }
    }

    private void SubmitAlone(Guest guest) =>
        Begin(new GuestJob(GuestIds.OfPod(cluster, guest.Pod), guest.Gang, 0, [guest.Pod.Uid]), [guest]);

    /// <summary>As the gang's next job, which none of its pods has been in.</summary>
    private void SubmitTogether(Gang gang, GangFacts facts, List<Guest> members)
    {
        gang.Busy++;
        Begin(new GuestJob(GuestIds.OfGang(cluster, GuestIds.IdentityOf(gang.Key, facts), gang.Next), gang, gang.Next, [.. members.Select(m => m.Pod.Uid)]), members);
    }

    private void Begin(GuestJob job, List<Guest> members)
    {
        Add(job);
        foreach (var member in members)
        {
            Claim(member, job);
        }

        _actions.Enqueue(new BookAction.Submit(job.Id, job.Gang?.Key, job.Gang?.Facts, [.. members.Select(m => m.Pod)]));
    }
}
