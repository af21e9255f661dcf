//! The method `compare`: one request to one Ingress, answered as each controller would.

use podpath_cluster::{IngressController, Settings};
use podpath_protocol::{Call, Comparison, From, IngressController as Name, Locale, Played, Ref};

use crate::analysis::Analysis;
use crate::trace;

/// The specification, ingress-nginx and the AWS Load Balancer Controller, in this order. The error is a sentence about the call.
pub(crate) fn compare(analysis: &Analysis, resource: &Ref, call: &Call, locale: Locale) -> Result<Comparison, String> {
    let controllers = [
        (Name::Spec, IngressController::Spec),
        (Name::Nginx, IngressController::Nginx),
        (Name::Alb, IngressController::Alb),
    ];
    let mut answers = Vec::new();
    for (controller, played) in controllers {
        let settings = Settings { ingress_controller: Some(played), ..analysis.cluster.settings.clone() };
        let from = match controller {
            Name::Alb => From { load_balancer: Some(resource.clone()), ..From::default() },
            _ => From { gateway: Some(resource.clone()), ..From::default() },
        };
        let call = Call { from: Some(from), ..call.clone() };
        let trace = trace::trace(&analysis.played(settings), &call, locale)?;
        answers.push(Played { controller, trace });
    }
    Ok(Comparison { answers })
}
