using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Scheduling.Model;

namespace Gateway.Kubernetes;

/// <summary>What pods are called.</summary>
internal static class PodNames
{
    /// <summary>One name per worker and attempt, for ever: job, attempt, rank; and, of one that was started again, which time.</summary>
    public static string Of(AttemptId attempt, int rank, int incarnation = 0) => incarnation == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{attempt.Job.Value}-{attempt.Number}-{rank}")
        : string.Create(CultureInfo.InvariantCulture, $"{attempt.Job.Value}-{attempt.Number}-{rank}-{incarnation}");

    /// <summary>Names these very pods, in the order of their ranks: any that is made again gives another name.</summary>
    public static string Binding(IEnumerable<string> uids) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', uids))).AsSpan(0, 16));
}
