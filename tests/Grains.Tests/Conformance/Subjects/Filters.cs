namespace Grains.Tests.Conformance.Subjects;

/// <summary>Sees every incoming call; acts on those whose context asks for it.</summary>
internal sealed class RecordingFilter : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (RequestContext.Get("record") is not string log)
        {
            await context.Invoke();
            return;
        }

        if (RequestContext.Get("refuse") is not null)
        {
            throw new UnauthorizedAccessException("refused by the filter");
        }

        var argument = context.Request.GetArgumentCount() > 0 ? context.Request.GetArgument(0) : null;
        Signals.Log(log, $"in {context.InterfaceMethod.Name} {context.MethodName} {context.TargetId.Key} {argument} {context.Grain.GetType().Name} {context.ImplementationMethod.Name}");
        if (RequestContext.Get("replace") is string replacement)
        {
            context.Request.SetArgument(0, replacement);
        }

        await context.Invoke();
        Signals.Log(log, $"result {context.Result}");
        if (RequestContext.Get("answer") is string answer)
        {
            context.Result = answer;
        }
    }
}

/// <summary>Marks outgoing calls that ask for it.</summary>
internal sealed class MarkingFilter : IOutgoingGrainCallFilter
{
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        if (RequestContext.Get("mark") is string log)
        {
            Signals.Log(log, $"out {context.MethodName} {context.TargetId.Key} from {context.SourceId?.Key.ToString() ?? "outside"}");
            RequestContext.Set("marked", "yes");
        }

        await context.Invoke();
    }
}
