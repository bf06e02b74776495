using System.Globalization;
using Scheduling.Model;

namespace Silo.Storage.Memory;

/// <summary>A grain's record.</summary>
/// <param name="Job">The job that was indexed with it.</param>
internal sealed record InMemoryState(long Version, byte[] Body, JobId? Job)
{
    public string ETag { get; } = Version.ToString(CultureInfo.InvariantCulture);
}
