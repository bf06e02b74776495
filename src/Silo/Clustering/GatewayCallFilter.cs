using System.Collections.Concurrent;
using System.Reflection;
using Grains;
using Microsoft.Extensions.Logging;

namespace Silo.Clustering;

/// <summary>
/// Looks at every call that comes from outside of the silos: of a method that is open to gateways, and for somebody who has a tenant or a role over all
/// tenants, and a role that the method asks for. What a caller may reach of a grain the grain itself decides.
/// </summary>
internal sealed partial class GatewayCallFilter(ILogger<GatewayCallFilter> logger) : IIncomingGrainCallFilter
{
    private const string ClientKind = "sys.client";

    /// <summary>How the client of a silo's own process is called: its chores are calls of that silo.</summary>
    private const string Hosted = "hosted-";

    private const CallerRoles All = CallerRoles.Reader | CallerRoles.Submitter | CallerRoles.Operator | CallerRoles.Admin;

    private readonly ConcurrentDictionary<MethodInfo, OpenToGatewaysAttribute?> _open = new();

    public Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.SourceId is not { } source || !IsClient(source) || context.InterfaceMethod?.DeclaringType?.Assembly != typeof(Caller).Assembly)
            return context.Invoke();
        var open = _open.GetOrAdd(context.InterfaceMethod, static m => m.GetCustomAttribute<OpenToGatewaysAttribute>());
        var isOwn = source.Key.ToString()!.StartsWith(Hosted, StringComparison.Ordinal);
        var fault = open is null ? isOwn ? null : "it is not open to gateways" : Fault(context, open);
        if (fault is null)
            return context.Invoke();
        LogRefused(logger, context.InterfaceName, context.MethodName, source.ToString(), fault);
        throw new CallRefusedException($"{context.InterfaceName}.{context.MethodName} was refused: {fault}.");
    }

    private static bool IsClient(GrainId source) => source.Type.ToString()!.StartsWith(ClientKind, StringComparison.Ordinal);

    private static string? Fault(IIncomingGrainCallContext context, OpenToGatewaysAttribute open)
    {
        for (var i = 0; i < context.Request.GetArgumentCount(); i++)
        {
            var fault = context.Request.GetArgument(i) switch
            {
                Caller caller => Fault(caller, open),
                ICalled called => Fault(called.Caller, open),
                null when TakesCaller(context.InterfaceMethod.GetParameters()[i].ParameterType) => "it does not say who asks",
                _ => null,
            };
            if (fault is not null)
                return fault;
        }

        return null;
    }

    private static bool TakesCaller(Type parameter) => parameter == typeof(Caller) || typeof(ICalled).IsAssignableFrom(parameter);

    /// <summary>Null: such a caller there can be, and he may ask this.</summary>
    internal static string? Fault(Caller? caller, OpenToGatewaysAttribute open) =>
        caller is null ? "it does not say who asks"
        : string.IsNullOrEmpty(caller.User) ? "who asks has no name"
        : (caller.Roles & ~All) != 0 ? "who asks has a role that there is not"
        : caller.Roles == CallerRoles.None ? "who asks has no role"
        : caller.Tenant is null && !caller.IsOperator ? "who asks has neither a tenant nor a role over all tenants"
        : (caller.Roles & open.ToAnyOf) == 0 ? $"it takes one of the roles {open.ToAnyOf}"
        : null;

    [LoggerMessage(650, LogLevel.Error, "A call of {Interface}.{Method} by {Source} was refused: {Fault}")]
    private static partial void LogRefused(ILogger log, string @interface, string method, string source, string fault);
}
