using System.Collections.Immutable;
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
        var isOurs = known.Uids.Order(StringComparer.Ordinal).SequenceEqual(job.Uids.Order(StringComparer.Ordinal));
        if (isGang)
        {
            job.Gang!.Busy--;
            job.Gang.Next = Math.Max(job.Gang.Next, job.Number + 1);
            job.Gang.IsKnown = isOurs && !known.IsEnded;
        }

        if (known.IsEnded)
        {
            // A gang's next job has the next number; a pod that stands alone has had its one.
            Drop(job, isGang ? null : $"its job {known.Job} has ended: {known.Reason}");
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
        }
    }

    /// <summary>The job has ended. Its pods that still wait are taken up anew when it says so; otherwise somebody wanted its end.</summary>
    public void Over(JobId id, string? reason)
    {
        if (_jobs.TryGetValue(id, out var job) && !job.IsCancelling && job.IsSubmitted)
        {
            Drop(job, reason?.Contains(GuestScript.TakenUpAnew, StringComparison.Ordinal) == true ? null : $"its job {id} has ended: {reason}");
        }
    }

    /// <summary>Is the job known here, and does it live?</summary>
    public bool Knows(JobId id) => _jobs.ContainsKey(id);

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
        else if (job.Uids.FirstOrDefault(u => !_pods.TryGetValue(u, out var p) || (p.Pod.Node is null && (p.Pod.IsLeaving || p.Pod.IsOver))) is { } missing)
        {
            Break(job, $"pod {(_pods.TryGetValue(missing, out var left) ? left.Pod.Name : missing)} was deleted; {GuestScript.TakenUpAnew}");
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
        if (job.Gang is { } gang)
        {
            gang.Jobs++;
        }
    }

    private static void Claim(Guest guest, GuestJob job)
    {
        guest.Job = job;
        job.Present++;
        Count(guest);
    }

    /// <param name="barred">Why its pods are not submitted again by themselves; null: they are.</param>
    private void Drop(GuestJob job, string? barred, bool consider = true)
    {
        _jobs.Remove(job.Id);
        if (job.Gang is { } gang)
        {
            gang.Jobs--;
        }

        var left = job.Uids.Select(u => _pods.GetValueOrDefault(u)).OfType<Guest>().Where(g => g.Job == job).ToList();
        foreach (var guest in left)
        {
            guest.Job = null;
            guest.Barred = guest.Pod.Node is null ? barred : null;
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
