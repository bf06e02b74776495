using System.Text.Json;

namespace Benchmarks.EndToEnd;

/// <summary>What answers REST calls: one process, or a cluster of them.</summary>
internal interface IServed
{
    HttpClient Http { get; }

    Task<JsonElement> Get(string path);
}
