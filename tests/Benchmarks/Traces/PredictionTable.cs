using System.Globalization;
using Benchmarks.Brain;
using Scheduling.Order.Replay;
using Scheduling.Prediction;

namespace Benchmarks.Traces;

/// <summary>
/// How often p50 and p90 came true: every job's run time is predicted when it arrives, from what ended by then when every job starts at once.
/// Start times (StartForecast) are not measured here: they depend on the order and on every job before.
/// </summary>
internal static class PredictionTable
{
    public static void Write(TextWriter output, TraceFiles files, Func<string, bool> wanted, Lines lines)
    {
        output.WriteLine();
        output.WriteLine("| run time, at arrival | jobs | within p50 % | within p90 % | holds (85–93) | histories |");
        output.WriteLine("|---|---:|---:|---:|---|---:|");
        foreach (var name in files.Names.Where(n => wanted(n) && !n.Contains("muri", StringComparison.Ordinal) && !n.Contains("100n", StringComparison.Ordinal)))
        {
            var trace = files.Load(name);
            var (within50, within90, histories) = Measure(trace);
            var holds = within90 is >= 85 and <= 93;
            lines.Add($"prediction: {name}, runs that ended within p90", "85–93 %", string.Create(CultureInfo.InvariantCulture, $"{within90:N1} %"), holds);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {trace.Jobs.Count} | {within50:N1} | {within90:N1} | {(holds ? "yes" : "NO")} | {histories} |"));
        }
    }

    private static (double Within50, double Within90, int Histories) Measure(Trace trace)
    {
        var limits = new PredictorLimits();
        var predictor = new RuntimePredictor(limits);
        var batches = new RunBatches(limits);
        var ends = new PriorityQueue<(ReplayJob Job, RunFeatures Features), (long, int)>();
        int within50 = 0, within90 = 0, number = 0;
        foreach (var job in trace.Jobs.OrderBy(j => j.SubmitAt))
        {
            while (ends.TryPeek(out var ended, out var at) && at.Item1 <= job.SubmitAt)
            {
                ends.Dequeue();
                predictor.Learn(ended.Features, ended.Job.Duration);
            }

            var features = new RunFeatures(job.Pool, job.User, "", job.Gpus);
            features = features with { Batch = batches.Arrived(features, job.SubmitAt) };
            var forecast = predictor.Forecast(features, 0);
            within50 += job.Duration <= forecast.P50 ? 1 : 0;
            within90 += job.Duration <= forecast.P90 ? 1 : 0;
            ends.Enqueue((job, features), (job.SubmitAt + job.Duration, number++));
        }

        return (100.0 * within50 / trace.Jobs.Count, 100.0 * within90 / trace.Jobs.Count, predictor.Histories);
    }
}
