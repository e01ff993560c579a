User.create(params.permit!)
