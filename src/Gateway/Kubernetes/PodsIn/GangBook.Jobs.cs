using System.Collections.Immutable;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <content>What became of the jobs that were made of pods.</content>
internal sealed partial class GangBook
{
    /// <summary>The job is there: as it was asked for, or as it had been made before.</summary>
    public void Submitted(KnownJob known)
    {
        if (!_jobs.TryGetValue(known.Job, out var job))
        {
            return;
        }

        var isGang = job.Number > 0;
        var isOurs = AreSame(known.Uids, job.Uids);
        if (isGang)
        {
            job.Gang!.Busy--;
            job.Gang.Next = Math.Max(job.Gang.Next, job.Number + 1);
            job.Gang.IsKnown = isOurs && !known.IsEnded;
        }

        if (known.IsEnded)
        {
            // A gang's next job has the next number, and is for those that were not in this one, or whom it let go; a pod that stands alone has had its one.
            Drop(job, job.Gang is null ? Ended(known) : WhyBarred(known), onlyThese: known.Uids);
            return;
        }

        if (!isOurs)
        {
            Drop(job, null, consider: false);
            Adopt(known, job.Gang, job.Number);
        }
        else
        {
            job.IsSubmitted = true;
            Check(job);
        }

        if (job.Gang is { } gang)
        {
            Consider(gang);
        }
    }

    /// <summary>Most often in the same order too.</summary>
    private static bool AreSame(ImmutableArray<string> some, ImmutableArray<string> others) =>
        some.AsSpan().SequenceEqual(others.AsSpan()) || some.Order(StringComparer.Ordinal).SequenceEqual(others.Order(StringComparer.Ordinal));

    /// <summary>The scheduler will not have the job, whenever it is asked.</summary>
    public void NotSubmitted(JobId id, string why)
    {
        if (_jobs.TryGetValue(id, out var job))
        {
            if (job.Number > 0)
            {
                job.Gang!.Busy--;
            }

            Drop(job, why);
        }
    }

    /// <summary>These jobs there are of the gang, and the next of its jobs has this number.</summary>
    public void Recalled(GangKey key, int next, ImmutableArray<KnownJob> jobs)
    {
        if (!_gangs.TryGetValue(key, out var gang))
        {
            return;
        }

        gang.Busy--;
        (gang.Next, gang.IsKnown) = (Math.Max(gang.Next, next), true);
        foreach (var known in jobs.Where(j => !j.IsEnded && !_jobs.ContainsKey(j.Job)))
        {
            Adopt(known, gang, known.Uids.Length > 1 ? 1 : 0);
        }

        foreach (var known in jobs.Where(j => j.IsEnded))
        {
            Remember(known);
        }

        Consider(gang);
        Forget(gang);
    }

    /// <summary>The job was asked to end: it has, or it does not wait any more and goes its way.</summary>
    public void Cancelled(JobId id, bool hasEnded)
    {
        if (!_jobs.TryGetValue(id, out var job))
        {
            return;
        }

        if (job.IsCancelling && job.Gang is { } gang)
        {
            gang.Busy--;
        }

        job.IsCancelling = false;
        if (hasEnded)
        {
            Drop(job, null);
            return;
        }

        job.IsPlaced = job.Gang is not null;
        if (Missing(job) is not null)
        {
            Going(job);
        }

        if (job.Gang is { } own)
        {
            Consider(own);
        }
    }

    /// <summary>The job has ended. Its pods that still wait are taken up anew when it says so; otherwise somebody wanted its end.</summary>
    public void Over(JobId id, string? reason)
    {
        if (_jobs.TryGetValue(id, out var job) && !job.IsCancelling && job.IsSubmitted)
        {
            var barred = WhyBarred(new KnownJob(id, job.Uids, true, reason));
            if (barred is null && job.Gang is { } gang)
            {
                (gang.IsResting, gang.CameApart) = (gang.CameApart, true);
            }

            Drop(job, barred);
        }
    }

    /// <summary>Jobs that have bound nothing and are not among those that wait: they are being placed, or have ended and nobody heard.</summary>
    public ImmutableArray<JobId> Unheard(IReadOnlySet<JobId> waiting) =>
    [
        .. _jobs.Values.Where(j => j is { IsSubmitted: true, IsCancelling: false } && !waiting.Contains(j.Id) && j.Uids.Any(u => _pods.TryGetValue(u, out var p) && p.Job == j && p.Pod.Node is null))
            .Select(j => j.Id),
    ];

    /// <summary>Null: its pods may go on with their gang. Otherwise somebody wanted its end, or it failed.</summary>
    private static string? WhyBarred(KnownJob known) => LostWorkers.LeavesSome(known.Reason) ? null : Ended(known);

    private static string Ended(KnownJob known) => $"its job {known.Job} has ended: {known.Reason}";

    /// <summary>Is the job known here, and does it live?</summary>
    public bool Knows(JobId id) => _jobs.ContainsKey(id);

    /// <summary>A job that ended before this process led: pods of it that still wait, and that it did not let go, are not submitted again.</summary>
    private void Remember(KnownJob known)
    {
        foreach (var guest in known.Uids.Select(u => _pods.GetValueOrDefault(u)).OfType<Guest>().Where(g => g.Job is null && g.Pod.Node is null))
        {
            guest.HasHadItsJob |= known.Job == GuestIds.OfPod(cluster, guest.Pod);
            guest.Barred ??= WhyBarred(known);
            Count(guest);
        }
    }

    private void Adopt(KnownJob known, Gang? gang, int number)
    {
        var job = new GuestJob(known.Job, gang, number, known.Uids) { IsSubmitted = true };
        Add(job);
        foreach (var uid in known.Uids)
        {
            if (_pods.TryGetValue(uid, out var guest) && guest.Job is null)
            {
                Claim(guest, job);
            }
        }

        Check(job);
    }

    /// <summary>Members may have gone while nobody looked.</summary>
    private void Check(GuestJob job)
    {
        if (job.Broken is { } why)
        {
            Break(job, why);
        }
        else if (Missing(job) is { } missing)
        {
            Break(job, $"pod {(_pods.TryGetValue(missing, out var left) ? left.Pod.Name : missing)} was deleted; {GuestScript.TakenUpAnew}");
        }
    }

    /// <summary>One of its members that is not there any more and was not bound; null: there is none.</summary>
    private string? Missing(GuestJob job) => job.Uids.FirstOrDefault(u => !_pods.TryGetValue(u, out var p) || (p.Pod.Node is null && (p.Pod.IsLeaving || p.Pod.IsOver)));

    /// <summary>What of the gang waits and would not make it whole any more, since others are gone, is called off: it is taken up anew with those that replace them.</summary>
    private void CallOffRests(Gang gang)
    {
        if (!gang.HasShrunk || gang.Facts is not { } facts)
        {
            return;
        }

        gang.HasShrunk = false;
        if (gang.Covered == gang.Bound || gang.Bound >= facts.Min - 1)
        {
            return;
        }

        var rests = gang.Jobs.Where(j =>
            j is { IsGoing: false, IsCancelling: false, IsPlaced: false } && gang.Bound + j.Uids.Length < facts.Min
            && j.Uids.All(u => _pods.TryGetValue(u, out var p) && p.Job == j && p.Pod.Node is null));
        foreach (var rest in rests.OrderBy(j => j.Id).ToList())
        {
            Break(rest, $"of {gang.Key.Title} only {gang.Bound} run any more; {GuestScript.TakenUpAnew}");
        }
    }

    /// <summary>It can no longer be bound whole: it is called off, if it still waits.</summary>
    private void Break(GuestJob job, string why)
    {
        if (job.IsCancelling)
        {
            return;
        }

        if (!job.IsSubmitted)
        {
            job.Broken ??= why;
            Going(job);
            return;
        }

        job.IsCancelling = true;
        if (job.Gang is { } gang)
        {
            gang.Busy++;
        }

        _actions.Enqueue(new BookAction.Cancel(job.Id, why));
    }

    private void Add(GuestJob job)
    {
        _jobs.Add(job.Id, job);
        job.Gang?.Add(job);
    }

    private static void Claim(Guest guest, GuestJob job)
    {
        guest.Job = job;
        job.Present++;
        Count(guest);
    }

    /// <param name="barred">Why its pods are not submitted again by themselves; null: they are.</param>
    /// <param name="onlyThese">Of its pods, those for which this is so; null: for all.</param>
    private void Drop(GuestJob job, string? barred, bool consider = true, ImmutableArray<string>? onlyThese = null)
    {
        _jobs.Remove(job.Id);
        job.Gang?.Remove(job);
        var those = barred is null ? null : onlyThese?.ToHashSet(StringComparer.Ordinal);
        var left = job.Uids.Select(u => _pods.GetValueOrDefault(u)).OfType<Guest>().Where(g => g.Job == job).ToList();
        foreach (var guest in left)
        {
            guest.Job = null;
            guest.HasHadItsJob |= job.Number == 0;
            guest.Barred = guest.Pod.Node is null && those?.Contains(guest.Pod.Uid) != false ? barred : null;
            Count(guest);
        }

        if (!consider)
        {
            return;
        }

        if (job.Gang is { } own)
        {
            Consider(own);
            Forget(own);
        }
        else
        {
            left.ForEach(Refresh);
        }
    }
}
