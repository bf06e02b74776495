using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Silo.Telemetry;

/// <summary>Where traces begin: at some of the requests. What a process does by itself (probes, audits, reconciling) is no trace.</summary>
internal sealed class RequestSampler(int perThousand) : Sampler
{
    private readonly TraceIdRatioBasedSampler _requests = new(perThousand / 1000.0);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        samplingParameters.Kind == ActivityKind.Server ? _requests.ShouldSample(samplingParameters) : new SamplingResult(SamplingDecision.Drop);
}
