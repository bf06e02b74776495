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

        return assignment.Wish == AssignmentWish.Run ? Run(run, assignment, fate, options, now) : Stop(run, assignment, fate, options, now);
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

        if (fate.FailAfter is { } fails)
        {
            return WaitOr(run, started + fails, now, () => Send(run with { FailedAt = now }, assignment, fate));
        }

        return fate.RunFor is { } runs
            ? WaitOr(run, started + runs, now, () => Gone(run with { Succeeded = true }, assignment, fate, now))
            : new HollowStep.Wait(run, null);
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
            Failure = then.FailedAt is null ? null : $"worker {fate.FailingRank}{Where(assignment, fate.FailingRank)} exited with code 1 (hollow failure)",
            Gone = then.GoneAt is not null,
        },
        then);

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
