using Cli.Http;
using Cli.Output;
using Gateway.Contracts;

namespace Cli.Commands;

/// <summary>Waits for a job's end. The job does not know of it: stopping to wait stops nothing else.</summary>
internal static class JobWaiter
{
    /// <summary>Looks in a row that must say "never" before it is believed: nodes may just be joining, or a quota being raised.</summary>
    private const int LooksThatSayNever = 3;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>The exit code that says how the job ended.</summary>
    public static async Task<int> Wait(
        SchedClient client, TimeProvider time, Printer printer, string id, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var pause = TimeSpan.FromMilliseconds(100);
        string? phase = null;
        var never = 0;
        while (true)
        {
            var job = (await client.Send(SchedRequest.Get("jobs/" + Uri.EscapeDataString(id)), cancellationToken)).Read(ContractsJson.Lenient.Job);
            if (job.Phase != phase)
            {
                phase = job.Phase;
                printer.Say($"{id}: {phase}{(job.Reason is null ? "" : $" ({job.Reason})")}");
            }

            if (job.Ended)
            {
                return job.Phase == "Succeeded" ? ExitCode.Ok : throw CliException.Failure($"job {id} ended as {job.Phase}; see 'sched events {id}'");
            }

            var why = job.Phase == "Pending" ? await Never(client, id, cancellationToken) : null;
            never = why is null ? 0 : never + 1;
            if (never >= LooksThatSayNever)
            {
                throw new CliException(ExitCode.NotPlaceable, $"job {id} can never be placed as it is: {why}; it stays queued until 'sched cancel {id}'");
            }

            if (timeout is { } limit && time.GetElapsedTime(began) + pause > limit)
            {
                throw new CliException(ExitCode.TimedOut, $"job {id} is {job.Phase} after {Show.Time(limit)}; it goes on, see 'sched show {id}'");
            }

            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;
        }
    }

    private static async Task<string?> Never(SchedClient client, string id, CancellationToken cancellationToken)
    {
        var answer = await client.Send(SchedRequest.Get($"jobs/{Uri.EscapeDataString(id)}/explain"), cancellationToken);
        var why = answer.Read(ContractsJson.Lenient.JobExplanation);
        return why.Reason is "NeverFits" or "ExceedsMaxQuota" ? $"{why.Reason}, {why.Message}" : null;
    }
}
