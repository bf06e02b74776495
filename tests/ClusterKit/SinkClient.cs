using System.Net;
using System.Net.Http.Json;
using Gateway.Leadership;

namespace ClusterKit;

/// <summary>What is to become so outside, and under which leadership.</summary>
internal sealed record Effect(long Epoch, string Job, int Attempt, string[] Gpus);

/// <summary>Speaks to the sink. An effect that it refuses ends as <see cref="NotLeadingException"/>: somebody else has acted since.</summary>
internal sealed class SinkClient(Uri address)
{
    private readonly HttpClient _client = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(5) };

    public async Task Tell(string what, Effect effect, CancellationToken cancellationToken)
    {
        using var answer = await _client.PostAsJsonAsync(what, effect, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.Conflict)
        {
            throw new NotLeadingException(await answer.Content.ReadAsStringAsync(cancellationToken));
        }

        answer.EnsureSuccessStatusCode();
    }
}
