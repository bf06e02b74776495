using System.Globalization;
using System.IO.Compression;

namespace Azure.Tests.Bench;

/// <summary>A job of a trace: so many workers of so many GPUs, on nodes of eight.</summary>
internal sealed record StudyJob(int Id, double Submit, double Duration, int Workers, int Gpus)
{
    public const int NodeGpus = 8;

    /// <summary>The first days of a trace: job_id, submit_s, duration_s, gpus, …</summary>
    public static List<StudyJob> Read(string path, double days)
    {
        using var file = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        file.ReadLine();
        var jobs = new List<StudyJob>();
        double? first = null;
        while (file.ReadLine() is { } line)
        {
            var cells = line.Split(',');
            var (submit, duration, gpus) = (Number(cells[1]), Number(cells[2]), (int)Number(cells[3]));
            first ??= submit;
            if (gpus > 0 && duration > 0 && submit - first < days * 86_400)
            {
                jobs.Add(new StudyJob(jobs.Count, submit - first.Value, duration, gpus <= NodeGpus ? 1 : (gpus + NodeGpus - 1) / NodeGpus, Math.Min(gpus, NodeGpus)));
            }
        }

        jobs.Sort((a, b) => a.Submit.CompareTo(b.Submit));
        return jobs;
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
