using Grains.Jobs;
using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Hollow;

/// <summary>Decides what hollow workers do next. Pure: state, wish and time in, step out.</summary>
internal static class HollowScript
{
    public static HollowStep Next(HollowRun run, Assignment assignment, HollowFate fate, HollowOptions options, DateTimeOffset now)
    {
        if (run.GoneAt is { } gone)
        {
            // The job took the report, but the pool still lists the attempt: it may not have heard. Said again, in case.
            var again = gone + options.ReportAgainAfter;
            return now < again ? new HollowStep.Wait(run, again) : Gone(run, assignment, fate, now);
        }

        return assignment.Wish is AssignmentWish.Run or AssignmentWish.Checkpoint ? Run(run, assignment, fate, options, now) : Stop(run, assignment, fate, options, now);
    }

    private static HollowStep Run(HollowRun run, Assignment assignment, HollowFate fate, HollowOptions options, DateTimeOffset now)
    {
        if (run.FailedAt is { } failed)
        {
            return WaitOr(run, failed + options.StopDelay, now, () => Gone(run, assignment, fate, now));
        }

        if (run.StartedAt is not { } started)
        {
            return WaitOr(run, run.SeenAt + options.StartDelay, now, () => Send(run with { StartedAt = now }, assignment, fate));
        }

        run = run with { SaveAskedAt = assignment.Wish == AssignmentWish.Checkpoint ? run.SaveAskedAt ?? now : null };
        var end = started + (fate.FailAfter ?? fate.RunFor);
        if (end <= now)
        {
            return fate.FailAfter is null
                ? Gone(run with { Succeeded = true }, assignment, fate, now)
                : Send(run with { FailedAt = now }, assignment, fate);
        }

        var save = NextSave(run, started, assignment, options);
        return save <= now ? Send(run with { SavedAt = now }, assignment, fate) : new HollowStep.Wait(run, end is null || save < end ? save : end);
    }

    /// <summary>When their work is saved next: as asked, or by themselves; null when it is not.</summary>
    private static DateTimeOffset? NextSave(HollowRun run, DateTimeOffset started, Assignment assignment, HollowOptions options)
    {
        var byThemselves = (run.SavedAt ?? started) + (assignment.Spec.Checkpoint?.Interval / options.TimeScale);
        var isAsked = assignment.Spec.Checkpoint is not null && run.SaveAskedAt is not null && !(run.SavedAt >= run.SaveAskedAt + options.CheckpointTime);
        var asked = isAsked ? run.SaveAskedAt + options.CheckpointTime : null;
        return asked is null || byThemselves < asked ? byThemselves : asked;
    }

    private static HollowStep Stop(HollowRun run, Assignment assignment, HollowFate fate, HollowOptions options, DateTimeOffset now)
    {
        var stopping = run with { StopSeenAt = run.StopSeenAt ?? now };
        return WaitOr(stopping, stopping.StopSeenAt.Value + options.StopDelay, now, () => Gone(stopping, assignment, fate, now));
    }

    private static HollowStep WaitOr(HollowRun run, DateTimeOffset until, DateTimeOffset now, Func<HollowStep> step) =>
        now < until ? new HollowStep.Wait(run, until) : step();

    private static HollowStep.Send Gone(HollowRun run, Assignment assignment, HollowFate fate, DateTimeOffset now) =>
        Send(run with { GoneAt = now }, assignment, fate);

    /// <summary>Reports are absolute: each says all that is so after it.</summary>
    private static HollowStep.Send Send(HollowRun then, Assignment assignment, HollowFate fate) => new(
        new AttemptReport
        {
            Attempt = assignment.Attempt.Number,
            AllStarted = then.StartedAt is not null,
            AllSucceeded = then.Succeeded,
            Failure = then.FailedAt is null ? null : $"worker {fate.FailingRank}{Where(assignment, fate.FailingRank)} {FailureWords(fate.FailureClass)} (hollow failure)",
            Gone = then.GoneAt is not null,
            FailureClass = fate.FailureClass,
            CheckpointedAt = then.SavedAt,
        },
        then);

    private static string FailureWords(FailureClass failure) => failure switch
    {
        FailureClass.OutOfMemory => "ran out of memory",
        FailureClass.Hardware => "lost its GPU",
        FailureClass.Setup => "could not be set up",
        _ => "exited with code 1",
    };

    private static string Where(Assignment assignment, int rank)
    {
        foreach (var rack in assignment.Placement.Racks)
        {
            foreach (var worker in rack.Workers)
            {
                if (worker.Rank == rank)
                {
                    return $" in rack {rack.Rack}, slot {worker.Slot},";
                }
            }
        }

        return "";
    }
}
